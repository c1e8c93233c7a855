<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE" sourcelanguage="en">
 <context>
  <name>DGMSegmentation</name>
  <message>
   <source>Install</source>
   <translation>Installieren</translation>
  </message>
  <message>
   <source>Install what is missing into the Python of this application. Nothing is installed without this click.</source>
   <translation>Was fehlt, in das Python dieses Programms installieren. Ohne diesen Klick wird nichts installiert.</translation>
  </message>
  <message>
   <source>Study</source>
   <translation>Studie</translation>
  </message>
  <message>
   <source>Open a study...</source>
   <translation>Studie öffnen ...</translation>
  </message>
  <message>
   <source>A BIDS folder, or a folder of images: the cases are read one after the other, and every edit goes into a journal.</source>
   <translation>Ein BIDS-Ordner oder ein Ordner mit Bildern: Die Fälle werden nacheinander gelesen, jede Änderung kommt in ein Protokollbuch.</translation>
  </message>
  <message>
   <source>Who reads: letters and digits; empty: who is logged in. For the study that is opened next.</source>
   <translation>Wer befundet: Buchstaben und Ziffern; leer: wer angemeldet ist. Gilt für die Studie, die als Nächstes geöffnet wird.</translation>
  </message>
  <message>
   <source>Reader</source>
   <translation>Befunder</translation>
  </message>
  <message>
   <source>Blind to others</source>
   <translation>Blind für andere</translation>
  </message>
  <message>
   <source>You see nothing of what other readers did, and write label files of your own. For the study that is opened next.</source>
   <translation>Sie sehen nichts von dem, was andere Befunder getan haben, und schreiben eigene Label-Dateien. Gilt für die Studie, die als Nächstes geöffnet wird.</translation>
  </message>
  <message>
   <source>Doubtful first</source>
   <translation>Zweifelhafte zuerst</translation>
  </message>
  <message>
   <source>The list in the order of doubt, else of the names.</source>
   <translation>Die Liste in der Reihenfolge der Zweifel, sonst der Namen.</translation>
  </message>
  <message>
   <source>The worklist. A double click, or Enter, opens a case.</source>
   <translation>Die Arbeitsliste. Ein Doppelklick oder die Eingabetaste öffnet einen Fall.</translation>
  </message>
  <message>
   <source>Previous</source>
   <translation>Zurück</translation>
  </message>
  <message>
   <source>The case above (Ctrl+K).</source>
   <translation>Der Fall darüber (Strg+K).</translation>
  </message>
  <message>
   <source>Next</source>
   <translation>Weiter</translation>
  </message>
  <message>
   <source>The case below (Ctrl+J).</source>
   <translation>Der Fall darunter (Strg+J).</translation>
  </message>
  <message>
   <source>Reject...</source>
   <translation>Ablehnen ...</translation>
  </message>
  <message>
   <source>The case cannot be used; you are asked why.</source>
   <translation>Der Fall ist nicht verwendbar; es wird nach dem Grund gefragt.</translation>
  </message>
  <message>
   <source>Done</source>
   <translation>Fertig</translation>
  </message>
  <message>
   <source>Sign this case and go to the next one (Ctrl+Enter).</source>
   <translation>Diesen Fall abzeichnen und zum nächsten gehen (Strg+Eingabe).</translation>
  </message>
  <message>
   <source>Input</source>
   <translation>Eingabe</translation>
  </message>
  <message>
   <source>QSM volume</source>
   <translation>QSM-Volumen</translation>
  </message>
  <message>
   <source>Quantitative susceptibility map of a whole brain, in ppm or ppb.</source>
   <translation>Quantitative Suszeptibilitätskarte eines ganzen Gehirns, in ppm oder ppb.</translation>
  </message>
  <message>
   <source>Select a volume</source>
   <translation>Volumen wählen</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>Modell</translation>
  </message>
  <message>
   <source>A bundled model, or a model file made by dgmseg train.</source>
   <translation>Ein mitgeliefertes Modell oder eine Modelldatei von dgmseg train.</translation>
  </message>
  <message>
   <source>Output</source>
   <translation>Ausgabe</translation>
  </message>
  <message>
   <source>Where the labels go. A new segmentation by default; labels edited by hand are never replaced unasked.</source>
   <translation>Wohin die Label kommen. Sonst eine neue Segmentierung; von Hand bearbeitete Label werden nie ungefragt ersetzt.</translation>
  </message>
  <message>
   <source>New segmentation</source>
   <translation>Neue Segmentierung</translation>
  </message>
  <message>
   <source>Segment</source>
   <translation>Segmentieren</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Stop the run; nothing is changed.</source>
   <translation>Den Lauf anhalten; es wird nichts geändert.</translation>
  </message>
  <message>
   <source>Details</source>
   <translation>Einzelheiten</translation>
  </message>
  <message>
   <source>Show the log of the segmentation process.</source>
   <translation>Das Protokoll des Segmentierungsprozesses zeigen.</translation>
  </message>
  <message>
   <source>Advanced</source>
   <translation>Erweitert</translation>
  </message>
  <message>
   <source>Protocol</source>
   <translation>Label-Konvention</translation>
  </message>
  <message>
   <source>Device</source>
   <translation>Gerät</translation>
  </message>
  <message>
   <source>auto tries a GPU with a real computation and falls back to the CPU.</source>
   <translation>auto probiert eine GPU mit einer echten Rechnung und nimmt sonst die CPU.</translation>
  </message>
  <message>
   <source>Units</source>
   <translation>Einheit</translation>
  </message>
  <message>
   <source>auto decides between ppm and ppb from the values in the brain.</source>
   <translation>auto entscheidet nach den Werten im Gehirn zwischen ppm und ppb.</translation>
  </message>
  <message>
   <source>What was decided in the last run.</source>
   <translation>Was im letzten Lauf entschieden wurde.</translation>
  </message>
  <message>
   <source>Only the largest piece of each structure</source>
   <translation>Nur das größte Stück jeder Struktur</translation>
  </message>
  <message>
   <source>Removes isolated islands of voxels.</source>
   <translation>Entfernt einzelne Inseln von Voxeln.</translation>
  </message>
  <message>
   <source>Average with the mirrored head</source>
   <translation>Mit dem gespiegelten Kopf mitteln</translation>
  </message>
  <message>
   <source>Test-time augmentation: often a little more accurate, and twice the time.</source>
   <translation>Oft ein wenig genauer, bei doppelter Zeit.</translation>
  </message>
  <message>
   <source>Result</source>
   <translation>Ergebnis</translation>
  </message>
  <message>
   <source>Segmentation</source>
   <translation>Segmentierung</translation>
  </message>
  <message>
   <source>The segmentation that the table measures.</source>
   <translation>Die Segmentierung, die die Tabelle misst.</translation>
  </message>
  <message>
   <source>None yet</source>
   <translation>Noch keine</translation>
  </message>
  <message>
   <source>Also measure</source>
   <translation>Auch messen</translation>
  </message>
  <message>
   <source>Further volumes to measure with the same labels: other reconstructions, R2*, magnitude.</source>
   <translation>Weitere Volumen, die mit denselben Labeln gemessen werden: andere Rekonstruktionen, R2*, Magnitude.</translation>
  </message>
  <message>
   <source>Table of</source>
   <translation>Tabelle von</translation>
  </message>
  <message>
   <source>Which of the measured volumes the table shows; the export holds them all.</source>
   <translation>Welches der gemessenen Volumen die Tabelle zeigt; der Export enthält alle.</translation>
  </message>
  <message>
   <source>Double click a structure to centre the slice views on it.</source>
   <translation>Ein Doppelklick auf eine Struktur zentriert die Schichtansichten auf sie.</translation>
  </message>
  <message>
   <source>No doubtful slice</source>
   <translation>Keine zweifelhafte Schicht</translation>
  </message>
  <message>
   <source>Slices in which a structure probably lacks something (Ctrl+L while a study is open).</source>
   <translation>Schichten, in denen einer Struktur wahrscheinlich etwas fehlt (Strg+L, solange eine Studie offen ist).</translation>
  </message>
  <message>
   <source>Edit labels</source>
   <translation>Label bearbeiten</translation>
  </message>
  <message>
   <source>Open the Segment Editor with this segmentation and volume; the nuclei do not overwrite each other there.</source>
   <translation>Den Segment Editor mit dieser Segmentierung und diesem Volumen öffnen; die Kerne überschreiben sich dort nicht gegenseitig.</translation>
  </message>
  <message>
   <source>Show 3D</source>
   <translation>3D zeigen</translation>
  </message>
  <message>
   <source>Show surfaces of the structures in the 3D view.</source>
   <translation>Oberflächen der Strukturen in der 3D-Ansicht zeigen.</translation>
  </message>
  <message>
   <source>Opacity</source>
   <translation>Deckkraft</translation>
  </message>
  <message>
   <source>Opacity of the labels in the views.</source>
   <translation>Deckkraft der Label in den Ansichten.</translation>
  </message>
  <message>
   <source>Correct</source>
   <translation>Korrigieren</translation>
  </message>
  <message>
   <source>Export</source>
   <translation>Export</translation>
  </message>
  <message>
   <source>Save table...</source>
   <translation>Tabelle speichern ...</translation>
  </message>
  <message>
   <source>A .tsv or .csv file.</source>
   <translation>Eine .tsv- oder .csv-Datei.</translation>
  </message>
  <message>
   <source>long: one row a structure. wide: one row a volume, for SPSS, R, pandas.</source>
   <translation>lang: eine Zeile je Struktur. breit: eine Zeile je Volumen, für SPSS, R, pandas.</translation>
  </message>
  <message>
   <source>long</source>
   <translation>lang</translation>
  </message>
  <message>
   <source>wide</source>
   <translation>breit</translation>
  </message>
  <message>
   <source>Append to cohort file...</source>
   <translation>An Kohortendatei anhängen ...</translation>
  </message>
  <message>
   <source>Add these rows to a table that grows from subject to subject; rows of the same subject and image are replaced, those of another image only after a question.</source>
   <translation>Diese Zeilen an eine Tabelle anhängen, die von Person zu Person wächst; Zeilen derselben Person und desselben Bildes werden ersetzt, die eines anderen Bildes nur nach einer Frage.</translation>
  </message>
  <message>
   <source>To Slicer table</source>
   <translation>In Slicer-Tabelle</translation>
  </message>
  <message>
   <source>A table node in this scene.</source>
   <translation>Eine Tabelle in dieser Szene.</translation>
  </message>
  <message>
   <source>Save labels...</source>
   <translation>Label speichern ...</translation>
  </message>
  <message>
   <source>NIfTI (.nii.gz) with the values of the label set whatever is visible, or .seg.nrrd with names and colours.</source>
   <translation>NIfTI (.nii.gz) mit den Werten des Labelsatzes, was immer sichtbar ist, oder .seg.nrrd mit Namen und Farben.</translation>
  </message>
  <message>
   <source>Report page...</source>
   <translation>Berichtsseite ...</translation>
  </message>
  <message>
   <source>One self-contained page with picture, table and provenance.</source>
   <translation>Eine eigenständige Seite mit Bild, Tabelle und Herkunft.</translation>
  </message>
  <message>
   <source>DGM Segmentation</source>
   <translation>DGM-Segmentierung</translation>
  </message>
  <message>
   <source>Segments the red nucleus, substantia nigra, globus pallidus, putamen and caudate nucleus of both sides in a quantitative susceptibility map (QSM) and measures them. For research use only; not a medical device.</source>
   <translation>Segmentiert Nucleus ruber, Substantia nigra, Globus pallidus, Putamen und Nucleus caudatus beider Seiten in einer quantitativen Suszeptibilitätskarte (QSM) und misst sie. Nur für die Forschung; kein Medizinprodukt.</translation>
  </message>
  <message>
   <source>Networks after two articles on deep-gray-matter segmentation in QSM; see README.</source>
   <translation>Netze nach zwei Artikeln über die Segmentierung der tiefen grauen Kerne in QSM; siehe README.</translation>
  </message>
  <message>
   <source>Test passed</source>
   <translation>Test bestanden</translation>
  </message>
  <message>
   <source>Not tested: the panel has to install {packages} first.</source>
   <translation>Nicht geprüft: Zuerst muss {packages} installiert werden.</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.adapting</name>
  <message>
   <source>Adapt to my corrections</source>
   <translation>An meine Korrekturen anpassen</translation>
  </message>
  <message>
   <source>Name of the new model</source>
   <translation>Name des neuen Modells</translation>
  </message>
  <message>
   <source>One case: before, after, as it was corrected</source>
   <translation>Ein Fall: vorher, nachher, wie er korrigiert wurde</translation>
  </message>
  <message>
   <source>new weights with a protocol of their own</source>
   <translation>neue Gewichte mit eigener Label-Konvention</translation>
  </message>
  <message>
   <source>a fitted protocol</source>
   <translation>eine angepasste Label-Konvention</translation>
  </message>
  <message>
   <source>{count} corrected cases. A model is made of them where it is better on what is left out.</source>
   <translation>{count} korrigierte Fälle. Daraus entsteht ein Modell, wenn es auf dem Ausgelassenen besser ist.</translation>
  </message>
  <message>
   <source>On what was left out in turn, {what} gained (Dice before, after):</source>
   <translation>Auf dem jeweils Ausgelassenen gewann {what} (Dice vorher, nachher):</translation>
  </message>
  <message>
   <source>Adapt</source>
   <translation>Anpassen</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Use this model</source>
   <translation>Dieses Modell verwenden</translation>
  </message>
  <message>
   <source>Keep the old one</source>
   <translation>Das alte behalten</translation>
  </message>
  <message>
   <source>Choose the study with your corrections</source>
   <translation>Studie mit den Korrekturen wählen</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.dependencies</name>
  <message>
   <source>PyTorch was not installed: see the log, then click Install again.</source>
   <translation>PyTorch wurde nicht installiert: Protokoll ansehen, dann noch einmal auf Installieren klicken.</translation>
  </message>
  <message>
   <source>The installation failed: check the internet connection, see the log, then click Install again.</source>
   <translation>Die Installation ist fehlgeschlagen: Internetverbindung prüfen, Protokoll ansehen, dann noch einmal auf Installieren klicken.</translation>
  </message>
  <message>
   <source>Install the extension PyTorch in the Extensions Manager and restart, then click Install again.</source>
   <translation>Im Extensions Manager die Erweiterung PyTorch installieren, neu starten, dann noch einmal auf Installieren klicken.</translation>
  </message>
  <message>
   <source>Needed once: {packages}.</source>
   <translation>Einmalig nötig: {packages}.</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.exports</name>
  <message>
   <source>Tab-separated table</source>
   <translation>Tabelle mit Tabulatoren</translation>
  </message>
  <message>
   <source>Comma-separated table</source>
   <translation>Tabelle mit Kommas</translation>
  </message>
  <message>
   <source>NIfTI</source>
   <translation>NIfTI</translation>
  </message>
  <message>
   <source>Segmentation</source>
   <translation>Segmentierung</translation>
  </message>
  <message>
   <source>Web page</source>
   <translation>Webseite</translation>
  </message>
  <message>
   <source>Save table</source>
   <translation>Tabelle speichern</translation>
  </message>
  <message>
   <source>Append to cohort file</source>
   <translation>An Kohortendatei anhängen</translation>
  </message>
  <message>
   <source>Added {added} rows to {name}.</source>
   <translation>{added} Zeilen an {name} angehängt.</translation>
  </message>
  <message>
   <source>Save labels</source>
   <translation>Label speichern</translation>
  </message>
  <message>
   <source>Save report page</source>
   <translation>Berichtsseite speichern</translation>
  </message>
  <message>
   <source>Wrote {name}.</source>
   <translation>{name} geschrieben.</translation>
  </message>
  <message>
   <source>Made the table {name}.</source>
   <translation>Tabelle {name} angelegt.</translation>
  </message>
  <message>
   <source>The export</source>
   <translation>Der Export</translation>
  </message>
  <message>
   <source>Replaced {replaced} rows in {name}.</source>
   <translation>{replaced} Zeilen in {name} ersetzt.</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.files</name>
  <message>
   <source>{name} exists already. Replace it?</source>
   <translation>{name} gibt es schon. Ersetzen?</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.inputs</name>
  <message>
   <source>The scene is being loaded or closed.</source>
   <translation>Die Szene wird gerade geladen oder geschlossen.</translation>
  </message>
  <message>
   <source>Choose a model.</source>
   <translation>Bitte ein Modell wählen.</translation>
  </message>
  <message>
   <source>From my corrections...</source>
   <translation>Aus meinen Korrekturen ...</translation>
  </message>
  <message>
   <source>From a file...</source>
   <translation>Aus einer Datei ...</translation>
  </message>
  <message>
   <source>Choose a model file</source>
   <translation>Modelldatei wählen</translation>
  </message>
  <message>
   <source>Models</source>
   <translation>Modelle</translation>
  </message>
  <message>
   <source>{model} is no usable model file: choose another one.</source>
   <translation>{model} ist keine brauchbare Modelldatei: bitte eine andere wählen.</translation>
  </message>
  <message>
   <source>The model also needs the channel {name}: choose its volume.</source>
   <translation>Das Modell braucht auch den Kanal {name}: bitte dessen Volumen wählen.</translation>
  </message>
  <message>
   <source>licence</source>
   <translation>Lizenz</translation>
  </message>
  <message>
   <source>Licence</source>
   <translation>Lizenz</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.look</name>
  <message>
   <source>No doubtful slice</source>
   <translation>Keine zweifelhafte Schicht</translation>
  </message>
  <message>
   <source>Next doubtful slice ({count})</source>
   <translation>Nächste zweifelhafte Schicht ({count})</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.protocols</name>
  <message>
   <source>The model's own</source>
   <translation>Die des Modells</translation>
  </message>
  <message>
   <source>From a file...</source>
   <translation>Aus einer Datei ...</translation>
  </message>
  <message>
   <source>The labelling protocol: of which parts the structures are made, and where they end.</source>
   <translation>Die Label-Konvention: aus welchen Teilen die Strukturen bestehen und wo sie enden.</translation>
  </message>
  <message>
   <source>Labelling protocols</source>
   <translation>Label-Konventionen</translation>
  </message>
  <message>
   <source>Choose a labelling protocol</source>
   <translation>Label-Konvention wählen</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.results</name>
  <message>
   <source>The volume of this segmentation, {name}, is not in the scene: load it and choose it as QSM volume, or tick another one under Also measure.</source>
   <translation>Das Volumen dieser Segmentierung, {name}, ist nicht in der Szene: bitte laden und als QSM-Volumen wählen oder unter Auch messen ein anderes ankreuzen.</translation>
  </message>
  <message>
   <source>detected</source>
   <translation>erkannt</translation>
  </message>
  <message>
   <source>as given</source>
   <translation>wie angegeben</translation>
  </message>
  <message>
   <source>The measurement</source>
   <translation>Die Messung</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.running</name>
  <message>
   <source>{name} was edited by hand and is kept, hidden: choose it under Segmentation to see it.</source>
   <translation>{name} wurde von Hand bearbeitet und bleibt verborgen erhalten: zum Ansehen unter Segmentierung wählen.</translation>
  </message>
  <message>
   <source>Preparing</source>
   <translation>Vorbereitung</translation>
  </message>
  <message>
   <source>A segmentation is running.</source>
   <translation>Eine Segmentierung läuft.</translation>
  </message>
  <message>
   <source>Install the required packages first.</source>
   <translation>Zuerst die nötigen Pakete installieren.</translation>
  </message>
  <message>
   <source>Cancelling</source>
   <translation>Abbruch</translation>
  </message>
  <message>
   <source>Segment the deep-gray-matter nuclei in the chosen volume.</source>
   <translation>Die tiefen grauen Kerne im gewählten Volumen segmentieren.</translation>
  </message>
  <message>
   <source>Click Segment to label by this protocol.</source>
   <translation>Auf Segmentieren klicken, um nach dieser Konvention zu labeln.</translation>
  </message>
  <message>
   <source>{name} holds labels that were edited by hand. Replace them? A hidden copy is kept in the scene.</source>
   <translation>{name} enthält von Hand bearbeitete Label. Ersetzen? Eine verborgene Kopie bleibt in der Szene.</translation>
  </message>
  <message>
   <source>The segmentation</source>
   <translation>Die Segmentierung</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.study</name>
  <message>
   <source>Reject the case</source>
   <translation>Fall ablehnen</translation>
  </message>
  <message>
   <source>Why it cannot be used:</source>
   <translation>Warum er nicht verwendbar ist:</translation>
  </message>
  <message>
   <source>This is the last case of the list.</source>
   <translation>Das ist der letzte Fall der Liste.</translation>
  </message>
  <message>
   <source>Case</source>
   <translation>Fall</translation>
  </message>
  <message>
   <source>State</source>
   <translation>Stand</translation>
  </message>
  <message>
   <source>Doubt</source>
   <translation>Zweifel</translation>
  </message>
  <message>
   <source>Reader</source>
   <translation>Leser</translation>
  </message>
  <message>
   <source>Choose a study</source>
   <translation>Studie wählen</translation>
  </message>
  <message>
   <source>{name} is being segmented; it appears as soon as it is.</source>
   <translation>{name} wird segmentiert und erscheint, sobald das fertig ist.</translation>
  </message>
  <message>
   <source>Reading {name}</source>
   <translation>{name} wird gelesen</translation>
  </message>
  <message>
   <source>{name} cannot be segmented: {problem}</source>
   <translation>{name} kann nicht segmentiert werden: {problem}</translation>
  </message>
  <message>
   <source>Opening the case</source>
   <translation>Der Fall wird geöffnet</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.verdict</name>
  <message>
   <source>Verdict: {status}.</source>
   <translation>Urteil: {status}.</translation>
  </message>
 </context>
</TS>
