"""The picture and the page: orientation, proportions, size, escaping, nothing from the network."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from opened import measured
from PIL import Image as Picture
from rows import blocks

from DGMSegmentationLib.errors import InputError
from DGMSegmentationLib.image import Image, reorient
from DGMSegmentationLib.measurement.norms import read_norms
from DGMSegmentationLib.measurement.reference import Reference
from DGMSegmentationLib.measurement.roi import measure
from DGMSegmentationLib.reports import cohort_page
from DGMSegmentationLib.reports.case_page import show_number, write_report
from DGMSegmentationLib.reports.cohort_page import find_outliers, write_cohort_report
from DGMSegmentationLib.reports.contact_sheet import best_slice, choose_cuts, contact_sheet, crop_box
from DGMSegmentationLib.simulation.phantom import phantom
from DGMSegmentationLib.structures import STANDARD

EVIL = "<script>alert('x')</script>\"&"


@pytest.fixture(scope="module")
def case():
    image, labels = phantom()
    return image.replace(data=image.data * 1000), labels


def pixels(png):
    return np.asarray(Picture.open(io.BytesIO(png)).convert("RGB")).astype(int)


def columns_of(picture, abbreviation, part):
    """Where (0..1 across one panel of the upper row) pixels near this structure's colour lie."""
    height, width = picture.shape[:2]
    panel = picture[: int(height * 0.42), int(part * width / 4) : int((part + 1) * width / 4)]
    colour = np.array(STANDARD.by_abbreviation(abbreviation).rgb) * 255
    found = np.argwhere(np.abs(panel - colour).sum(axis=2) < 30)
    return found[:, 1] / panel.shape[1]


def test_the_patient_s_left_is_on_the_right(case):
    picture = pixels(contact_sheet(*case))
    for abbreviation, part in (("SN", 0), ("PU", 1), ("CN", 2), ("PU", 3)):
        left, right = (columns_of(picture, f"{abbreviation}_{side}", part) for side in "LR")
        assert len(left) > 10
        assert len(right) > 10
        assert left.mean() > 0.5 > right.mean()


@pytest.mark.parametrize("codes", ["LPS", "SAR", "PIL"])
def test_the_picture_does_not_depend_on_the_axis_order(case, codes):
    image, labels = case
    turned = contact_sheet(reorient(image, codes), reorient(labels, codes))
    assert np.array_equal(pixels(turned), pixels(contact_sheet(image, labels)))


def test_proportions_follow_the_voxel_size(case):
    """The outlines of the putamen on the coronal slice measure what they do in mm, at 1 x 1 x 3 mm."""
    image, labels = case
    turned = reorient(labels, "LAS")
    box = crop_box(turned.data, turned.spacing)
    crop = turned.data[tuple(box)]
    cut = choose_cuts(crop, turned.affine)[3]
    assert cut.axis == 1
    inside = np.take(crop, cut.index, axis=1) == 7
    wide = np.ptp(np.argwhere(inside)[:, 0]) + 1.0
    high = (np.ptp(np.argwhere(inside)[:, 1]) + 1.0) * 3
    picture = pixels(contact_sheet(image, labels))
    height, width = picture.shape[:2]
    panel = picture[: int(height * 0.42), int(3 * width / 4) :]
    colour = np.array(STANDARD.by_abbreviation("PU_L").rgb) * 255
    found = np.argwhere(np.abs(panel - colour).sum(axis=2) < 60)
    drawn_high, drawn_wide = np.ptp(found, axis=0)
    assert drawn_high / drawn_wide == pytest.approx(high / wide, rel=0.15)


def test_size_and_all_colours(case):
    png = contact_sheet(*case)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(png) < 500_000
    picture = pixels(png)
    legend = picture[int(picture.shape[0] * 0.85) :]
    for structure in STANDARD:
        assert (np.abs(legend - np.array(structure.rgb) * 255).sum(axis=2) < 12).any(), structure.abbreviation


def test_stray_islands_do_not_widen_the_picture(case):
    _, labels = case
    data = labels.data.copy()
    data[2, 2, 2] = 1
    spacing = labels.spacing
    assert crop_box(data, spacing) == crop_box(labels.data, spacing)


def test_empty_labels_nan_background_and_no_overlap_of_slices(case):
    image, labels = case
    nothing = labels.replace(data=np.zeros_like(labels.data))
    background = image.replace(data=np.where(image.data == 0, np.nan, image.data))
    assert contact_sheet(background, nothing)[:4] == b"\x89PNG"
    assert best_slice(nothing.data, ("RN",), 2) is None
    tiny = Image(np.ones((3, 4, 1), np.float32), np.eye(4))
    assert contact_sheet(tiny, tiny.replace(data=np.ones((3, 4, 1), np.uint8)))[:4] == b"\x89PNG"


def test_page_is_self_contained_and_escapes_every_name(case, tmp_path):
    image, labels = case
    gone = labels.replace(data=np.where(labels.data == 2, 0, labels.data))
    rows = measure(gone, image, subject=EVIL, image_name=EVIL, reference=Reference(EVIL, 1.0), edited=True)
    rows = [replace(row, model=EVIL) for row in rows]
    path = tmp_path / "page.html"
    provenance = {EVIL: EVIL, "model": {"name": EVIL, "labels": [EVIL]}, "nothing": None}
    write_report(path, measured(image, gone, rows=rows), title=EVIL, provenance=provenance)
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 5
    assert not re.search(r"(?:src|href)=\"(?!data:)", page)
    assert not re.search(r"url\(|@import|https?://", page)
    assert "Research use only" in page
    assert "corrected by hand" in page
    assert "Right red nucleus: no voxel was found." in page
    assert "@page { size: A4" in page
    for row in rows:
        assert row.structure in page
        assert row.n_voxels == 0 or f">{show_number(row.mean_ppb)}<" in page
    assert not re.search(r">\s*(nan|None)\b", page)


def test_given_flags_are_shown_once_and_none_is_said(case, tmp_path):
    image, labels = case
    path = tmp_path / "page.html"
    write_report(path, measured(image, labels, flags=[]), title="t", provenance={})
    assert "Nothing was flagged" in path.read_text(encoding="utf-8")
    small = labels.replace(
        data=np.where((labels.data == 9) & (np.indices(labels.shape)[2] % 2 == 0), 0, labels.data)
    )
    case = measured(image, small)
    asymmetry = [flag.reason for flag in case.flags if flag.code == "asymmetry"]
    assert len(asymmetry) == 2
    write_report(path, case, title="t", provenance={})
    assert path.read_text(encoding="utf-8").count(asymmetry[0]) == 1


def test_norm_table(case, tmp_path):
    table = tmp_path / "norms.tsv"
    table.write_text(
        "structure\tage\tsex\tmean_ppb\tsd_ppb\nSN\t20\t\t100\t10\nSN\t60\t\t140\t20\nGP_L\t\t\t130\t10\nRN\t30\tF\t90\t9\n",
        encoding="utf-8",
    )
    norms = read_norms(table, age=40)
    assert norms.expected("SN_L") == pytest.approx((120, 15))
    assert norms.expected("GP_L") == (130, 10)
    assert norms.expected("GP_R") is None
    assert norms.expected("RN_L") is None
    assert read_norms(table, age=30, sex="f").expected("RN_L") == (90, 9)
    assert read_norms(table, age=70).expected("SN_L") is None
    image, labels = case
    case = measured(image, labels, flags=[])
    rows = case.rows
    path = tmp_path / "page.html"
    write_report(path, case, title="t", provenance={}, norms=norms)
    page = path.read_text(encoding="utf-8")
    assert page.count('<svg class="strip"') == 3
    assert f"z = {show_number((rows[2].mean_ppb - 120) / 15)}" in page


@pytest.mark.parametrize(
    "text, message",
    [
        ("structure\tmean_ppb\nSN\t1\n", "lacks the column sd_ppb"),
        ("structure\tmean_ppb\tsd_ppb\nSTN\t1\t1\n", "unknown structure STN"),
        ("structure\tmean_ppb\tsd_ppb\nSN\tx\t1\n", "no number in line 2"),
        ("structure\tmean_ppb\tsd_ppb\nSN\t1\t0\n", "no positive SD"),
        ("structure\tmean_ppb\tsd_ppb\tsex\nSN\t1\t1\t2\n", "the sex 2 in line 2"),
    ],
)
def test_bad_norm_tables(tmp_path, text, message):
    (tmp_path / "n.tsv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_norms(tmp_path / "n.tsv")


def test_numbers_for_reading():
    assert [show_number(v) for v in (-0.04, -1.25, float("nan"), None, 3.0)] == [
        "0.0",
        "−1.2",
        "–",
        "–",
        "3.0",
    ]


def cohort(n=12):
    labels, image = blocks()
    rng = np.random.default_rng(5)
    rows = []
    for k in range(n):
        base = measure(labels, image, subject=f"sub-{k:02d}", image_name="QSM.nii.gz")
        rows += [replace(row, mean_ppb=10 * row.label + rng.normal(0, 3)) for row in base]
    return rows


def test_outliers_by_the_modified_z_score():
    rows = cohort()
    rows[3 * 10 + 4] = replace(rows[3 * 10 + 4], mean_ppb=200.0)
    found = find_outliers(rows)
    assert (found[0].subject, found[0].abbreviation) == ("sub-03", "GP_L")
    values = np.array([row.mean_ppb for row in rows if row.label == 5])
    mad = np.median(np.abs(values - np.median(values)))
    assert found[0].z == pytest.approx(0.6745 * (200 - np.median(values)) / mad)
    assert find_outliers(rows[: 4 * 10]) == []


def test_a_large_cohort_is_shown_by_the_page(tmp_path, monkeypatch):
    """Rows wait in an inert template, and only some dots are drawn beside those that stand out."""
    monkeypatch.setattr(cohort_page, "PAGE_ROWS", 10)
    monkeypatch.setattr(cohort_page, "MOST_DOTS", 4)
    rows = cohort(12)
    rows[34] = replace(rows[34], mean_ppb=200.0)
    write_cohort_report(tmp_path / "cohort.html", rows)
    page = (tmp_path / "cohort.html").read_text(encoding="utf-8")
    body, template = page.partition("<tbody>\n</tbody>")[2], page.partition('<template id="rows">')[2]
    assert body and template.partition("</template>")[0].count("<tr>") == 12
    assert 4 * 10 <= page.count("<circle") <= 4 * 10 + 1 and "of every 3 images" in page


def test_cohort_page_escapes_links_and_lists(tmp_path):
    rows = cohort()
    rows[34] = replace(rows[34], mean_ppb=200.0, flags="mean_high")
    rows[7] = replace(rows[7], mean_ppb=float("nan"), n_voxels=0, flags="empty")
    rows[50:60] = [replace(row, subject=EVIL) for row in rows[50:60]]
    path = tmp_path / "cohort.html"
    pages = {("sub-03", "QSM.nii.gz"): "sub-03/report page.html", (EVIL, "QSM.nii.gz"): 'x"onclick="evil'}
    write_cohort_report(
        path, rows, pages=pages, failures=[(EVIL, "phase, not QSM")], provenance={"model": EVIL}
    )
    page = path.read_text(encoding="utf-8")
    assert page.count("<script") == 1  # our own
    assert "alert('x')" not in page
    assert 'onclick="evil' not in page
    assert 'href="sub-03/report%20page.html"' in page
    assert "12 measured, 1 failed" in page
    assert "phase, not QSM" in page
    assert page.count("<circle") == 119
    assert page.count('class="apart"') == len(find_outliers(rows)) >= 1
    assert not re.search(r"https?://|url\(", page)
    assert "mean_high" in page


def test_names_flags_and_scale_of_the_cohort_page_are_short(tmp_path):
    rows = [
        replace(row, image=f"{row.subject}_ses-{k}_acq-x_Chimap.nii.gz", flags=flags)
        for k in (1, 2)
        for row in cohort(2)
        for flags in ["thick_voxels;asymmetry" if row.label < 3 else "thick_voxels"]
    ]
    write_cohort_report(tmp_path / "c.html", rows)
    page = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert ">ses-1_acq-x</td>" in page and 'title="sub-00_ses-1_acq-x_Chimap.nii.gz"' in page
    assert "thick_voxels, asymmetry (2)</td>" in page  # all ten structures: a flag of the whole case
    ticks = [float(text) for text in re.findall(r'<span style="left:[\d.]+%">([\d.]+)</span>', page)]
    assert ticks == [0, 20, 40, 60, 80, 100]  # means lie about 10 to 100 ppb


def test_an_empty_structure_has_no_figures_and_a_far_one_keeps_its_mark(case, tmp_path):
    image, labels = case
    table = tmp_path / "norms.tsv"
    table.write_text("structure\tmean_ppb\tsd_ppb\nGP\t500\t5\n")
    spoiled = labels.replace(data=np.where(labels.data == 1, 0, labels.data))
    path = tmp_path / "r.html"
    case = measured(image, spoiled, subject="s", image_name="x.nii")
    write_report(path, case, title="s", provenance={}, norms=read_norms(table))
    page = path.read_text(encoding="utf-8")
    assert "– ± –" not in page
    places = [float(x) for x in re.findall(r'<rect x="([\d.]+)" y="0" width="1.2"', page)]
    assert places and all(0 <= x <= 98.8 for x in places)  # the strip is 100 wide


def test_a_cohort_of_nobody_is_a_page_too(tmp_path):
    write_cohort_report(tmp_path / "c.html", [], failures=[("sub-01", "unreadable")])
    assert "0 measured, 1 failed" in (tmp_path / "c.html").read_text(encoding="utf-8")
