"""The command lines that golden.py runs, and in which folders."""

from dataclasses import dataclass, field
from pathlib import Path

SUPPORT = Path(__file__).resolve().parents[1] / "support"


@dataclass(frozen=True)
class Run:
    """Commands that work one after the other in one folder, which starts empty.

    ``{in}`` is the folder of the inputs, ``{sample}`` that of the bundled sample, ``{model}`` the phantom's model.
    """

    name: str
    commands: tuple[str, ...]
    needs: str = ""
    """An input without which the run is left out."""
    drop: tuple[str, ...] = field(default=())
    """Files (patterns) whose content is that of the run or its machine."""


def run(name: str, *commands: str, needs: str = "", drop: tuple[str, ...] = ()) -> Run:
    """A run, written shortly."""
    return Run(name, commands, needs, drop)


MODEL = "--model {model} --device cpu"
COMMANDS = "segment measure evaluate agreement cohort convert train crossval simulate models benchmark demo import-keras app"


def changes(*settings: str) -> str:
    """Changed keys of a preset, as words of a command line."""
    return " ".join(f"--set {setting}" for setting in settings)


GRID = ("preprocessing.spacing_mm=[6,6,6]", "preprocessing.shape=[26,30,22]")
SHORT = (
    "sampling.batch=2", "sampling.steps_per_epoch=4", "sampling.validation_tiles=3",
    "stage1.epochs=2", "stage1.warmup_epochs=0", "stage1.learning_rates=[4e-3]",
)  # fmt: skip
TINY = changes(
    *GRID, *SHORT, "sampling.tile=[10,10,8]", "stage2.epochs=1",
    "network.options.widths=[6,8,10]", "network.options.head_widths=[24]", "network.options.voxel_slopes=false",
)  # fmt: skip
UNET = changes(
    *GRID, *SHORT, "sampling.tile=[16,16,12]", "data.crop_margin_mm=18",
    "network.options.widths=[8,16]", "network.options.pooling=[[2,2,2]]", "network.options.deep_supervision=2",
)  # fmt: skip
S = "-s {in}/labels.nii.gz"

RUNS = (
    run("help", "--help", "--version", *(f"{name} --help" for name in COMMANDS.split())),
    run("models", "models", "models default", "models default --check", "models {model}"),
    run("segment-sample", "segment {sample}/sub-sample_Chimap.nii.gz -o . --device cpu --save-probabilities"),
    run(
        "segment-phantom",
        f"segment {{in}}/head.nii.gz -o . {MODEL} --save-probabilities --norms {{in}}/norms.tsv --age 40 --sex F",
        f"segment {{in}}/head.nii.gz -o . {MODEL}",
        f"segment {{in}}/head.nii.gz -o . {MODEL} --overwrite --flip-average --connectivity 26",
    ),
    run("segment-nrrd", f"segment {{in}}/head.nrrd -o . {MODEL} --subject sub-x", f"segment {{in}}/head.nrrd -o . {MODEL}"),
    run("segment-axes", f"segment {{in}}/other_axes.nii.gz -o . {MODEL} --no-largest-component"),
    run("segment-ppb", f"segment {{in}}/sub-01_rec-ppb_Chimap.nii.gz -o . {MODEL} --voxel-size 3.2,3.2,3.2"),
    run("segment-negated", f"segment {{in}}/negated.nii.gz -o . {MODEL}"),
    run("segment-dicom", f"segment {{in}}/dicom -o . {MODEL} --dicom-seg"),
    run(
        "measure",
        f"measure {S} {{in}}/head.nii.gz",
        f"measure {S} {{in}}/head.nii.gz -o long.tsv --report page.html --norms {{in}}/norms.tsv --edited",
        f"measure {S} {{in}}/head.nii.gz {{in}}/sub-01_rec-tv_Chimap.nii.gz -o two.csv --wide wide.tsv --subject sub-9",
        f"measure {S} {{in}}/head.nii.gz --reference brain",
        f"measure {S} {{in}}/head.nii.gz --reference 12.5 --erode 1",
        f"measure {S} {{in}}/head.nii.gz --reference {{in}}/reference.nii.gz",
        f"measure {S} {{in}}/other_axes.nii.gz {{in}}/dicom",
        "measure -s {in}/coarse.nii.gz {in}/head.nii.gz",
        f"measure {S} {{in}}/head.nii.gz --units own",
        "measure -s {in}/segdgm.nii.gz --scheme segdgm {in}/head.nii.gz",
        "measure -s {in}/freesurfer.nii.gz --scheme freesurfer {in}/head.nii.gz",
        f"measure {S} {{in}}/negated.nii.gz",
        "measure -s {sample}/sub-sample_seg-DGM_dseg.nii.gz {sample}/sub-sample_Chimap.nii.gz --report sample.html",
    ),
    run(
        "evaluate",
        "evaluate {in}/changed.nii.gz {in}/labels.nii.gz --image {in}/head.nii.gz -o cases.tsv --summary summary.csv",
        "evaluate {in}/pairs.tsv",
        "evaluate {in}/changed.nii.gz {in}/coarse.nii.gz",
        "evaluate {in}/segdgm.nii.gz {in}/segdgm.nii.gz --scheme segdgm",
    ),
    run(
        "agreement",
        "agreement {in}/first_rois.tsv {in}/second_rois.tsv -o t.tsv --plot p.png --changes c.tsv",
        "agreement {in}/first_rois.tsv {in}/second_rois.tsv --statistic volume_mm3",
        "agreement {in}/manifest.tsv --corrections corrections.tsv",
        f"agreement {S} {{in}}/head.nii.gz {{in}}/sub-01_rec-tv_Chimap.nii.gz --reference 3 --statistic mean_referenced_ppb",
    ),
    run(
        "convert",
        "convert {in}/labels.nii.gz a.seg.nrrd",
        "convert a.seg.nrrd back.nii.gz --lookup back.tsv",
        "convert {in}/labels.nii.gz fs.nii.gz --to freesurfer --lookup fs.tsv",
        "convert fs.nii.gz ours.nii --from freesurfer",
        "convert {in}/labels.nii.gz segdgm.nii.gz --to segdgm --lookup segdgm.csv",
        "convert segdgm.nii.gz b.seg.nrrd --from segdgm",
        "convert {in}/labels.nii.gz a.dcm --dicom {in}/dicom --edited",
        "convert {sample}/sub-sample_rois.tsv a.stats",
        "convert {sample}/sub-sample_rois.tsv wide.csv --wide",
        "measure -s a.seg.nrrd {in}/head.nii.gz",
    ),
    run(
        "cohort",
        f"cohort {{in}}/bids -o {{in}}/bids/derivatives/dgmseg {MODEL} --workers 1 --dry-run",
        f"cohort {{in}}/bids -o out {MODEL} --workers 2 --norms {{in}}/norms.tsv --reference brain",
        "convert {in}/labels_sub-02.nii.gz out/sub-02/anat/sub-02_seg-DGM_desc-edited_dseg.nii.gz",
        f"cohort {{in}}/bids -o out {MODEL} --workers 1 --norms {{in}}/norms.tsv --reference brain",
        f"cohort {{in}}/bids -o out {MODEL} --workers 1 --dry-run --reference none",
        "agreement out/rois_long.tsv --by ses",
    ),
    run(
        "train",
        f"train -p part1-dense -d {{in}}/training -o out --device cpu -v {TINY}",
        f"train -p part1-dense -d {{in}}/training -o out --device cpu {TINY}",
        "segment {in}/training/sub-01/anat/sub-01_Chimap.nii.gz -o seg --device cpu --model out/model.safetensors",
    ),
    run("train-unet", f"train -p default -d {{in}}/training -o out --device cpu -v {UNET}"),
    run(
        "crossval",
        f"crossval -p part1-dense -d {{in}}/training -o out -k 2 --device cpu {TINY} --set stage2.enabled=false",
    ),
    run(
        "simulate",
        "simulate --labelmaps {in}/labelmaps -o out -n 1 --anatomies 1 --voxel-size 2,2,3 --reconstruction tkd",
        needs="labelmaps",
        drop=("out/sourcedata/*",),
    ),
    run("demo", "demo -o . --device cpu"),
    run("import-keras", "import-keras {in}/keras.h5 --network dolz -o m.safetensors", "models m.safetensors", needs="keras.h5"),
    run(
        "bad",
        "nonsense",
        "segment",
        "segment missing.nii.gz",
        "segment {in}/head.nii.gz -o . --nonsense",
        "segment {in}/head.nii.gz -o . --model missing",
        "segment {in}/head.nii.gz -o . --model {in}/broken/model.safetensors",
        "segment {in}/head.nii.gz -o . --voxel-size 1,2",
        "segment {in}/head.nii.gz -o . --channel nonsense",
        "segment {in}/head.nii.gz -o . --connectivity 7",
        "segment {in}/head.nii.gz -o . --dicom-seg",
        "segment {in}/head.nii.gz -o . --device cuda",
        *(
            f"segment {{in}}/broken/{name} -o . {MODEL}"
            for name in (
                "cut.nii.gz", "empty.nii.gz", "text.nii.gz", "text.nrrd", "zeros.nii.gz", "nan.nii.gz", "four.nii.gz",
                "magnitude.nii.gz", "no_dicom",
            )
        ),
        "measure -s {in}/broken/far.nii.gz {in}/head.nii.gz",
        "measure -s {in}/broken/values.nii.gz {in}/head.nii.gz",
        f"measure {S} {{in}}/head.nii.gz -o table.doc",
        f"measure {S} {{in}}/head.nii.gz --reference nonsense",
        f"measure {S} {{in}}/head.nii.gz {{in}}/head.nii.gz --report page.html",
        "evaluate {in}/labels.nii.gz",
        "agreement {in}/broken/table.tsv {in}/first_rois.tsv",
        "agreement {in}/first_rois.tsv --by nonsense",
        "convert {in}/labels.nii.gz labels.doc",
        "convert {in}/labels.nii.gz labels.dcm",
        "convert {in}/broken/table.tsv t.stats",
        "cohort {in}/broken/no_bids -o out",
        "cohort missing -o out",
        "train -p nonsense -d {in}/training -o out",
        "train -p default -d {in}/broken/no_bids -o out",
        "train -p default -d {in}/training -o out --set nonsense=1",
        "crossval -p default -d {in}/training -o out -k 1",
        "simulate --labelmaps {in}/broken -o out",
        "models missing",
        "import-keras {in}/broken/h5.h5 --network dolz",
    ),
)  # fmt: skip
