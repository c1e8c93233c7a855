"""The scene of 3D Slicer, which the panel and the app share."""

from .wording import Sentence

SENTENCES = {
    # a node that cannot be segmented
    "volume_unchosen": Sentence("", "Choose a QSM volume first.", app="Open a QSM volume first."),
    "node_of_no_volume": Sentence("{node} is no volume node:", "give the node of a QSM volume."),
    "node_no_volume": Sentence("{name} is no volume:", "choose a QSM volume."),
    "volume_of_labels": Sentence("{name} is a label map:", "choose the QSM volume itself."),
    "volume_empty": Sentence("{name} is empty:", "load it again or choose another volume."),
    "volume_many_values": Sentence(
        "{name} has {count} values in each voxel (colour, vector or 4-D data):", "choose a single QSM volume."
    ),
    "volume_small": Sentence("{name} has only {size: x } voxels:", "choose a whole-brain QSM volume."),
    # the labels and their table
    "segmentation_foreign": Sentence(
        "This segmentation holds none of its label set's structures:", "segment a QSM volume first."
    ),
    "no_table_yet": Sentence(
        "There is no table yet:", "segment a QSM volume, or choose a segmentation, first."
    ),
    "labels_outside": Sentence(
        "The labels lie outside of {name}:", "choose the segmentation that belongs to this volume."
    ),
    "origin_gone": Sentence(
        "The volume that these labels were made from, {made_from}, is gone; measured is {measured}."
    ),
    "values_as_they_are": Sentence(
        "{name} is no QSM: its values stand in the table as they are, not in ppb."
    ),
    "voxels_shared": Sentence(
        "{count} voxels belong to two structures at once and are counted for one:",
        "erase them from one of the two.",
    ),
    # a run
    "segmentation_running": Sentence(
        "A segmentation is running:",
        "wait for its end, or make another DGMSegmentationLogic.",
        panel="wait for its end, or cancel it.",
    ),
    "edited_during_run": Sentence(
        "{name} was edited during the run and stays as it is:",
        "choose {new} under Segmentation to see the new labels.",
    ),
    "temporary_folder": Sentence(
        "The temporary folder {path} cannot be written ({reason}):",
        "free some space, or start the program again with TMPDIR set to another folder.",
        panel="free some space or choose another one in the application settings.",
        app="free some space, or start the program again with TMPDIR set to another folder.",
    ),
    "worker_not_started": Sentence(
        "The segmentation process could not be started ({reason}):",
        "try again, or install the program again.",
    ),
    "volume_removed": Sentence(
        "The volume {name} was removed during the run; nothing was changed:", "load it and segment again."
    ),
    "volume_replaced": Sentence(
        "The volume {name} was replaced during the run; nothing was changed:", "segment again."
    ),
}
