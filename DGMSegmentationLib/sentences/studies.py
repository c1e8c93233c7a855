"""Studies: reading many cases, their journals and signed labels."""

from .wording import Sentence

SENTENCES = {
    "study_nothing": Sentence(
        "No study was named:", "give a BIDS folder, a table of images, or image files."
    ),
    "study_no_images": Sentence(
        "{path} holds no susceptibility map that can be read:",
        "give a BIDS folder, or one with .nii, .nii.gz or .nrrd files.",
    ),
    "study_many_derivatives": Sentence(
        "{path} has results in several folders below derivatives ({names}):",
        "give the one that you mean.",
    ),
    "study_no_case": Sentence("There is no case {name} in {path}:", "open the study again."),
    "study_image_gone": Sentence(
        "The image {path} is not there:", "put it back, or open the folder where it is now with its results."
    ),
    "study_case_unusable": Sentence(
        "{name} cannot be read ({problem}):", "mend that, and open the case again."
    ),
    "study_no_labels": Sentence(
        "{name} has no labels yet:", "wait for the segmentation, or reject the case with a reason."
    ),
    "study_read_elsewhere": Sentence(
        "You signed or rejected this case in another window since this one opened it ({time}):",
        "go to another case and back, look at it, and then sign.",
    ),
    "study_labels_other_since": Sentence(
        "The model's labels of this case were made anew since you opened it, so nothing is signed:",
        "go to another case and back, look at it, and then sign.",
    ),
    "study_labels_other_grid": Sentence(
        "The automatic labels {path} lie on another grid than the image, and are left out."
    ),
    "study_image_changed": Sentence(
        "The image of this case is another one than the model segmented: the model's labels do not count for it.",
    ),
    "reader_edited": Sentence(
        'A reader cannot be called "{reader}": that word names the corrections that a cohort takes;',
        "give another name.",
    ),
    # journals
    "journal_change_unreadable": Sentence(
        "A line of the journal holds no change of labels:", "what stands before it can still be used."
    ),
    "journal_other_labels": Sentence(
        "A line of the journal does not follow from the lines before it:",
        "what stands before it can still be used.",
    ),
    "journal_unusable": Sentence("{path} is no journal that can be read:", "look for an older copy."),
    "journal_unwritten": Sentence(
        "The journal of this case cannot be written in {path} ({reason}), so a crash would lose your edits:",
        "make room or get the right to write there.",
    ),
    "journal_place": Sentence(
        "{path} lies beyond the folder of the study, and is not used:", "remove the link that leads there."
    ),
    "journal_line_torn": Sentence(
        "The last line of the journal {path} was not written whole (a crash), and is left out: the last stroke is missing."
    ),
    "journal_line_damaged": Sentence(
        "Line {number} of the journal {path} is damaged; it and what follows are left out."
    ),
    "journal_begin_damaged": Sentence(
        "The first line of your journal {path} is damaged, so it does not tell which labels that session began with."
    ),
    # what is said when a case is opened
    "reading_resumed": Sentence(
        "Your reading of {time} goes on as you left it (changes that are not signed yet: {strokes})."
    ),
    "reading_done_by": Sentence(
        "{reader} signed this case at {time}; your labels go into a file of your own."
    ),
    "reading_rejected_by": Sentence("{reader} rejected this case: {reason}"),
    "reading_open_by": Sentence("{reader} has begun to read this case ({time})."),
    "reading_of_file": Sentence("The labels are those of {name}."),
    "reading_file_changed": Sentence(
        "{path} was changed since you signed it; you see the file as it is now. The cohort goes on taking it: Done writes your"
        " labels into a file of your own."
    ),
    "reading_file_differs": Sentence(
        "{path} was changed since you signed it, and the cohort goes on taking it as it is; you see the labels of your journal,"
        " and Done writes them into a file of your own."
    ),
    "reading_not_replayed": Sentence("The journal {path} cannot be used: {problem}"),
    "reading_other_grid": Sentence(
        "The journal {path} belongs to an image of another size or place, and is left out."
    ),
    "reading_grid_unknown": Sentence(
        "The journal {path} does not say how its image lay, and no labels of the model lie where its labels do (mirrored,"
        " perhaps): it is left out."
    ),
    "reading_turned": Sentence(
        "The image is stored otherwise than when you read it (axes, place or crop); your labels went with it, voxel for voxel."
    ),
    "reading_moved": Sentence(
        "The header of the image says another place than when you read it; your labels went with the voxels."
    ),
    "reading_resampled": Sentence(
        "The image has another grid than when you read it; your labels ({path}) were carried over to the nearest voxels: look"
        " at their edges."
    ),
    "reading_other_image": Sentence(
        "The image has changed since you began to read it ({time}): look whether your labels still fit."
    ),
    "reading_other_labels": Sentence(
        "The model's labels of this case are others than when you began to read it ({time}); you see yours, and what differs from"
        " the model's of now counts as edited."
    ),
    "reading_rebuilt": Sentence(
        "All its changes follow from the labels that are known, and were taken over."
    ),
    "reading_not_rebuilt": Sentence("Its changes follow from no labels that are known, and are left out."),
    "reading_file_gone": Sentence(
        "{name}, which you signed, is not there any more, or is another reader's now: the case is in review again, and Done"
        " writes your labels anew from your journal."
    ),
    "reading_window_joined": Sentence(
        "You changed this case in another window, too ({file}, {time}, changes: {strokes}); of these you see {structures}."
    ),
    "reading_windows_differ": Sentence(
        "You changed {structures} in another window, too ({file}, {time}, changes: {strokes}), and otherwise: you see what"
        " {kept} says; the other stays in its journal."
    ),
    "reading_window_apart": Sentence(
        "You changed this case in another window, too ({file}, {time}, changes: {strokes}), beginning with other labels: that"
        " stays in its journal."
    ),
    # the worklist
    "case_being_segmented": Sentence("{name} is being segmented; it appears as soon as it is."),
    "case_failed": Sentence("{name} cannot be segmented: {problem}"),
    "case_unshown": Sentence(
        "{name} cannot be shown, so there is nothing to sign: reject it with a reason, or go on."
    ),
    "signing_waits": Sentence(
        "A segmentation is running: wait for its labels, or cancel it; then sign the case."
    ),
    "doubts_none": Sentence(
        "No slice of these labels asks for a look.", app="F6 leads on to the list and to the table."
    ),
    "cases_came": Sentence("Cases that came into the folder meanwhile: {names}."),
    "cases_none_new": Sentence("No case came into the folder since the study was opened."),
    "worklist_end": Sentence("This is the last case of the list."),
    "worklist_begin": Sentence("This is the first case of the list."),
    "reading_saved": Sentence("Everything you did to {name} is saved in its journal; Done signs it."),
    "reject_why": Sentence("Say in a few words why the case cannot be used; nothing was rejected."),
    "blind_withheld": Sentence(
        "The page, the table and the adaptation hold what other readers signed, so a blind reading does not show them:",
        app="start the program for a reading that is not blind to see them.",
        panel="open the study without Blind to others to see them.",
    ),
    "study_file_later": Sentence("This is not there yet; it is made when a case is done."),
    "folder_from_elsewhere": Sentence(
        "Other computers can reach this page, so it opens no folders:",
        app="start the program with the folder's path.",
    ),
    "several_from_elsewhere": Sentence(
        "Other computers can reach this page, so it opens one image at a time:",
        app="start the program with the images' paths.",
    ),
    "several_as_study": Sentence(
        "{count} images were copied to {path}; what you do to them is kept there, too."
    ),
    "several_not_copied": Sentence(
        "The images cannot be copied to {path} ({reason}):",
        app="start the program in a folder that you may write to, or with the images' paths.",
    ),
    "folder_not_below": Sentence(
        "{path} does not lie below {places: or }:", app="start the program with the folder's path to open it."
    ),
}
