"""Images and DICOM."""

from .wording import Sentence

SENTENCES = {
    # the image
    "image_is_labels": Sentence(
        "{path} is a segmentation (label map), not an image:", "give the QSM itself."
    ),
    "image_unknown_format": Sentence("{path} is not a NIfTI, NRRD or DICOM image:", "give one of these."),
    "image_values": Sentence("{path} holds {kind}:", "give a QSM with one real number per voxel."),
    "image_cut": Sentence("{path} ends too early or is damaged:", "copy or export it again."),
    "image_no_voxels": Sentence(
        "{path} holds no voxels (its size is {size: x }):", "export the image again."
    ),
    "image_many_volumes": Sentence(
        "{path} holds {count} volumes ({size: x }):", "give a file with one 3-D volume."
    ),
    "image_not_3d": Sentence("{path} is {dimensions}-D ({size: x } voxels):", "give a 3-D volume."),
    "image_no_positions": Sentence(
        "The header of {path} gives no valid voxel positions (its affine has no volume):",
        "export the image again.",
    ),
    "image_beyond_limit": Sentence(
        "{path} is {size: x } voxels by its header, and no more than {limit} are read:",
        "check that it holds one head, or set {variable}.",
    ),
    "image_longer_than_said": Sentence(
        "{path} unpacks to far more than its header says:", "copy or export it again."
    ),
    "gzip_damaged": Sentence("{path} is cut or damaged (gzip):", "copy or download it again."),
    # NIfTI and NRRD
    "nifti_header_damaged": Sentence("{path} has a damaged NIfTI header:", "export the image again."),
    "nifti_pair": Sentence(
        "{path} is the header of a NIfTI pair (.hdr and .img), which is not read:",
        "save both as one .nii.gz.",
    ),
    "nifti_short": Sentence(
        "{path} ends too early ({present} bytes of {needed:.0f}):", "copy or download it again."
    ),
    "nifti_not": Sentence("{path} is not a NIfTI file:", "give a .nii, .nii.gz, .nrrd or DICOM image."),
    "nrrd_header_bad": Sentence(
        "{path} has a damaged or unusual NRRD header ({what}):",
        "export the image again, for example as .nii.gz.",
    ),
    "nrrd_text_bad": Sentence(
        "{path} says that its voxels are written as text, which they are not, or its type cannot hold these numbers:",
        "export the image again.",
    ),
    "nrrd_data_missing": Sentence(
        "{path} refers to the file {name}, which is not there:", "copy it again, with all of its files."
    ),
    "nrrd_data_elsewhere": Sentence(
        "{path} takes its voxels from {name!r}, outside its folder:", "save the image as one .nrrd file."
    ),
    # remarks about the geometry
    "orientation_unsaid": Sentence(
        "{name} says nothing about its orientation (sform and qform codes are 0): axes are taken as {axes}, "
        "left and right may be swapped."
    ),
    "qform_invalid": Sentence("{name} has an invalid qform: the sform is used."),
    "sform_qform_differ": Sentence("{name}: sform and qform disagree about positions: the sform is used."),
    "space_unsaid": Sentence(
        "{name} names no anatomical space: its axes are taken as LPS, left and right may be swapped."
    ),
    # one image on another
    "labels_unplaced": Sentence(
        "{path} says nothing about its orientation (sform and qform codes are 0) and has another shape than {image}:",
        "save it with the geometry of the image that it was drawn on.",
    ),
    "aligned_by_shape": Sentence(
        "{name} is taken voxel by voxel as {image}, for {unsaid} says nothing about its place (codes 0, or no space): "
        "look whether the sides are right."
    ),
    "aligned_by_other_form": Sentence(
        "{name} is taken voxel by voxel as {image}: it lies where the other one of that header's two forms (sform, qform) says, "
        "as after re-saving in another program."
    ),
    "labels_shifted": Sentence(
        "{name} has the array of {image} at another place, {shift:.1f} mm away:",
        "check that its header was not changed, and look at the picture.",
    ),
    "labels_mirrored": Sentence(
        "{name} has the array of {image} with axes turned round (mirrored):",
        "check that its header was not changed, and look at the picture.",
    ),
    # DICOM
    "dicom_none": Sentence(
        "The folder {path} holds no DICOM images:", "give a QSM file or a folder of DICOM slices."
    ),
    "dicom_none_but_images": Sentence(
        "The folder {path} holds no DICOM images:", "give a file in it, such as {name}."
    ),
    "dicom_many_series": Sentence(
        "The folder {path} holds {count} DICOM series: {names};", "give one file of the QSM series."
    ),
    "dicom_left_out": Sentence(
        "Damaged DICOM files in {path} are left out ({names}): if they belong to the series, slices are missing."
    ),
    "dicom_no_image": Sentence("The DICOM file {path} holds no image:", "give a file of the QSM series."),
    "dicom_no_pixels": Sentence("The DICOM file {path} holds no voxels:", "copy or export it again."),
    "dicom_bits": Sentence(
        "The DICOM file {path} stores its values in {bits} bits, which is not read:",
        "export it with 16 bits.",
    ),
    "dicom_pixels_length": Sentence(
        "The voxels of the DICOM file {path} are {present} bytes, where its size asks for {needed}:",
        "copy or export it again.",
    ),
    "dicom_not_decoded": Sentence(
        "The compressed voxels of the DICOM file {path} cannot be unpacked:",
        "export the series without compression, or as NIfTI.",
    ),
    "dicom_many_frames": Sentence(
        "The DICOM series in {path} has files of several frames each, every one a volume by itself ({names}):",
        "give one of these files.",
    ),
    "dicom_file_unreadable": Sentence("The DICOM file {path} cannot be read:", "copy or export it again."),
    "dicom_no_place": Sentence(
        "The DICOM file {path} has no valid {tag}: its place in space is unknown,", "export it again."
    ),
    "dicom_slices_differ": Sentence(
        "The DICOM slices in {path} differ in size, voxel size or direction:",
        "keep the files of one volume only.",
    ),
    "dicom_slices_same_place": Sentence(
        "Several DICOM slices in {path} lie at the same place (echoes or time points):",
        "keep one volume only.",
    ),
    "dicom_slices_uneven": Sentence(
        "The DICOM slices in {path} are not evenly spaced ({gap:.2f} mm after slice {slice}, {usual:.2f} mm elsewhere): "
        "a slice is missing,",
        "export the series again.",
    ),
    "dicom_scales_differ": Sentence(
        "The slices in {path} have different scales in one DICOM file:",
        "export one file a slice, or NIfTI.",
    ),
    "dicom_order_unchecked": Sentence(
        "The order of the slices in {path} could not be checked:", "compare the picture."
    ),
    # DICOM Segmentations
    "dicom_seg_not_read": Sentence(
        "{path} is a DICOM Segmentation of a kind that is not read here (no labels, compressed, a label map, or uneven planes):",
        "give the NIfTI or .seg.nrrd labels, or export it with 3D Slicer.",
    ),
    "dicom_seg_package_missing": Sentence(
        "DICOM SEG needs the package {package};", "install it with: pip install 'DGMSegmentation[dicom-seg]'."
    ),
    "dicom_seg_tags_missing": Sentence(
        "The DICOM files of {path} lack what a DICOM SEG must refer to ({tags}):",
        "export the series with it, or save the labels as NIfTI.",
    ),
    "dicom_seg_needs_series": Sentence(
        "{path} is no DICOM series:", "a DICOM SEG can only be made beside DICOM images."
    ),
    "dicom_seg_no_labels": Sentence(
        "The labels hold no structure:", "there is nothing to write as DICOM SEG."
    ),
    "dicom_seg_other_grid": Sentence(
        "The labels are on another grid than {path}:",
        "segment this series, or save the correction with its voxels.",
    ),
    "dicom_seg_outside": Sentence(
        "Some of the labels lie outside {path}:", "give the series that they were drawn on."
    ),
}
