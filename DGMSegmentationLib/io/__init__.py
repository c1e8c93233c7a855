"""Reading and writing: images, label maps, tables; the only room that knows file formats."""
