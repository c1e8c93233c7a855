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
   <source>All cases</source>
   <translation>Alle Fälle</translation>
  </message>
  <message>
   <source>The means of all cases as they grow, and the page of the cohort.</source>
   <translation>Die Mittelwerte aller Fälle, wie sie wachsen, und die Seite der Kohorte.</translation>
  </message>
  <message>
   <source>Look for new cases</source>
   <translation>Neue Fälle suchen</translation>
  </message>
  <message>
   <source>Cases that came into the folder since it was opened; this is also done by itself.</source>
   <translation>Fälle, die seit dem Öffnen in den Ordner kamen; das geschieht auch von selbst.</translation>
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
   <source>The case cannot be used; you are asked why (Ctrl+Backspace).</source>
   <translation>Der Fall ist nicht verwendbar; Sie werden nach dem Grund gefragt (Strg+Rücktaste).</translation>
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
   <source>Why it cannot be used</source>
   <translation>Warum er nicht verwendbar ist</translation>
  </message>
  <message>
   <source>A few words; Enter rejects the case and goes to the next one.</source>
   <translation>Wenige Worte; die Eingabetaste lehnt den Fall ab und geht zum nächsten.</translation>
  </message>
  <message>
   <source>Reject</source>
   <translation>Ablehnen</translation>
  </message>
  <message>
   <source>The case cannot be used, for this reason.</source>
   <translation>Der Fall ist aus diesem Grund nicht verwendbar.</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Nothing is rejected.</source>
   <translation>Nichts wird abgelehnt.</translation>
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
   <source>Networks and training after Zhe Liu's articles on deep-gray-matter segmentation in QSM (2017-2018); the first network is that of Dolz et al. (NeuroImage 2018). References stand in README and CITATION.cff.</source>
   <translation>Netze und Training nach Zhe Lius Artikeln über die Segmentierung der tiefen grauen Kerne in QSM (2017-2018); das erste Netz ist das von Dolz et al. (NeuroImage 2018). Die Quellen stehen in README und CITATION.cff.</translation>
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
  <name>DGMSegmentationPanel.all_cases</name>
  <message>
   <source>All cases: means in ppb</source>
   <translation>Alle Fälle: Mittelwerte in ppb</translation>
  </message>
  <message>
   <source>Case</source>
   <translation>Fall</translation>
  </message>
  <message>
   <source>State</source>
   <translation>Zustand</translation>
  </message>
  <message>
   <source>Bold and underlined: changed by hand.</source>
   <translation>Fett und unterstrichen: von Hand geändert.</translation>
  </message>
  <message>
   <source>Page of all cases</source>
   <translation>Seite aller Fälle</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.case_table</name>
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
   <translation>Befunder</translation>
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
  <name>DGMSegmentationPanel.signing</name>
  <message>
   <source>The table shows another segmentation than that of {name}: choose {name} in the list first.</source>
   <translation>Die Tabelle zeigt eine andere Segmentierung als die von {name}: Wählen Sie zuerst {name} in der Liste.</translation>
  </message>
  <message>
   <source>Signing</source>
   <translation>Das Unterzeichnen</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.study</name>
  <message>
   <source>Choose a study</source>
   <translation>Studie wählen</translation>
  </message>
  <message>
   <source>{name} cannot be segmented: {problem}</source>
   <translation>{name} kann nicht segmentiert werden: {problem}</translation>
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
   <source>Opening the case</source>
   <translation>Der Fall wird geöffnet</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.table</name>
  <message>
   <source>Structure</source>
   <translation>Struktur</translation>
  </message>
  <message>
   <source>Side</source>
   <translation>Seite</translation>
  </message>
  <message>
   <source>Mean
ppb</source>
   <translation>Mittel
ppb</translation>
  </message>
  <message>
   <source>Flags</source>
   <translation>Hinweise</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationPanel.verdict</name>
  <message>
   <source>Verdict: {status}.</source>
   <translation>Urteil: {status}.</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.adapting</name>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Make a model of your own from the signed corrections of this study</source>
   <translation>Aus den unterzeichneten Korrekturen dieser Studie ein eigenes Modell machen</translation>
  </message>
  <message>
   <source>Starting</source>
   <translation>Start</translation>
  </message>
  <message>
   <source>Adapt to my corrections ({count})</source>
   <translation>An meine Korrekturen anpassen ({count})</translation>
  </message>
  <message>
   <source>Adapt to my corrections</source>
   <translation>An meine Korrekturen anpassen</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Adapt</source>
   <translation>Anpassen</translation>
  </message>
  <message>
   <source>Keep the old one</source>
   <translation>Das alte behalten</translation>
  </message>
  <message>
   <source>Use this model</source>
   <translation>Dieses Modell verwenden</translation>
  </message>
  <message>
   <source>Name of the new model</source>
   <translation>Name des neuen Modells</translation>
  </message>
  <message>
   <source>One case: before, after, as it was corrected.</source>
   <translation>Ein Fall: vorher, nachher, wie korrigiert.</translation>
  </message>
  <message>
   <source>The corrected cases of this study ({count}) teach a model of your own. It is taken only where cases that were left out are segmented better.</source>
   <translation>Aus den korrigierten Fällen dieser Studie ({count}) lernt ein eigenes Modell. Es gilt nur, wenn es ausgelassene Fälle besser segmentiert.</translation>
  </message>
  <message>
   <source>Structure</source>
   <translation>Struktur</translation>
  </message>
  <message>
   <source>Before</source>
   <translation>Vorher</translation>
  </message>
  <message>
   <source>After</source>
   <translation>Nachher</translation>
  </message>
  <message>
   <source>On what was left out in turn, a fitted protocol gained (Dice):</source>
   <translation>Auf den reihum ausgelassenen Fällen gewann ein angepasstes Protokoll (Dice):</translation>
  </message>
  <message>
   <source>On what was left out in turn, new weights with a protocol of their own gained (Dice):</source>
   <translation>Auf den reihum ausgelassenen Fällen gewannen neue Gewichte mit eigenem Protokoll (Dice):</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.application</name>
  <message>
   <source>The connection has ended</source>
   <translation>Die Verbindung ist beendet</translation>
  </message>
  <message>
   <source>Another window took over, or the program was ended. What was not saved is still in the program as long as it runs.</source>
   <translation>Ein anderes Fenster hat übernommen, oder das Programm wurde beendet. Was nicht gespeichert wurde, ist im Programm, solange es läuft.</translation>
  </message>
  <message>
   <source>Connect again</source>
   <translation>Wieder verbinden</translation>
  </message>
  <message>
   <source>Look here: {reason}</source>
   <translation>Hier nachsehen: {reason}</translation>
  </message>
  <message>
   <source>Axial</source>
   <translation>Axial</translation>
  </message>
  <message>
   <source>Axial slice</source>
   <translation>Axiale Schicht</translation>
  </message>
  <message>
   <source>Coronal</source>
   <translation>Koronal</translation>
  </message>
  <message>
   <source>Coronal slice</source>
   <translation>Koronale Schicht</translation>
  </message>
  <message>
   <source>Sagittal</source>
   <translation>Sagittal</translation>
  </message>
  <message>
   <source>Sagittal slice</source>
   <translation>Sagittale Schicht</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.brush</name>
  <message>
   <source>Change the whole structure</source>
   <translation>Ganze Struktur ändern</translation>
  </message>
  <message>
   <source>May take from neighbours</source>
   <translation>Darf Nachbarn verdrängen</translation>
  </message>
  <message>
   <source>Wider</source>
   <translation>Breiter</translation>
  </message>
  <message>
   <source>Margin: one voxel more all round (+)</source>
   <translation>Rand: ringsum ein Voxel mehr (+)</translation>
  </message>
  <message>
   <source>Narrower</source>
   <translation>Schmaler</translation>
  </message>
  <message>
   <source>Margin: one voxel less all round (-)</source>
   <translation>Rand: ringsum ein Voxel weniger (-)</translation>
  </message>
  <message>
   <source>Fill between slices</source>
   <translation>Schichten füllen</translation>
  </message>
  <message>
   <source>Shapes between the slices that have some (L)</source>
   <translation>Leere Schichten zwischen gefüllten füllen (L)</translation>
  </message>
  <message>
   <source>Grow to the edge</source>
   <translation>Bis zur Kante</translation>
  </message>
  <message>
   <source>To where the values change, at most 4 mm (G)</source>
   <translation>Bis dahin wachsen, wo die Werte wechseln, höchstens 4 mm (G)</translation>
  </message>
  <message>
   <source>Mirror the other side</source>
   <translation>Andere Seite spiegeln</translation>
  </message>
  <message>
   <source>The shape of the other side in place of this one (M)</source>
   <translation>Die Form der anderen Seite statt dieser (M)</translation>
  </message>
  <message>
   <source>Brush: {size} mm, {shape}</source>
   <translation>Pinsel: {size} mm, {shape}</translation>
  </message>
  <message>
   <source>Flat</source>
   <translation>Flach</translation>
  </message>
  <message>
   <source>This slice only</source>
   <translation>Nur in dieser Schicht</translation>
  </message>
  <message>
   <source>Ball</source>
   <translation>Kugel</translation>
  </message>
  <message>
   <source>Through the neighbouring slices, too</source>
   <translation>Auch in den Nachbarschichten</translation>
  </message>
  <message>
   <source>Shape of the brush</source>
   <translation>Form des Pinsels</translation>
  </message>
  <message>
   <source>a ball</source>
   <translation>Kugel</translation>
  </message>
  <message>
   <source>flat</source>
   <translation>flach</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.controls</name>
  <message>
   <source>Preparing</source>
   <translation>Vorbereitung</translation>
  </message>
  <message>
   <source>Leave the edited labels?</source>
   <translation>Bearbeitete Labels verlassen?</translation>
  </message>
  <message>
   <source>Discard</source>
   <translation>Verwerfen</translation>
  </message>
  <message>
   <source>Leave the replaced labels?</source>
   <translation>Ersetzte Labels verlassen?</translation>
  </message>
  <message>
   <source>Leave them</source>
   <translation>Verlassen</translation>
  </message>
  <message>
   <source>End the run?</source>
   <translation>Lauf beenden?</translation>
  </message>
  <message>
   <source>End it</source>
   <translation>Beenden</translation>
  </message>
  <message>
   <source>Replace the edited labels?</source>
   <translation>Bearbeitete Labels ersetzen?</translation>
  </message>
  <message>
   <source>Replace</source>
   <translation>Ersetzen</translation>
  </message>
  <message>
   <source>Reading {name}</source>
   <translation>{name} wird gelesen</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.display</name>
  <message>
   <source>Labels</source>
   <translation>Labels</translation>
  </message>
  <message>
   <source>Opacity in the slices</source>
   <translation>Deckkraft in den Schichten</translation>
  </message>
  <message>
   <source>Opacity of the surfaces in 3D</source>
   <translation>Deckkraft der Oberflächen in 3D</translation>
  </message>
  <message>
   <source>Thickness of the outline</source>
   <translation>Dicke der Umrisse</translation>
  </message>
  <message>
   <source>Both</source>
   <translation>Beides</translation>
  </message>
  <message>
   <source>Labels filled and outlined (O)</source>
   <translation>Labels gefüllt und umrissen (O)</translation>
  </message>
  <message>
   <source>Filled</source>
   <translation>Gefüllt</translation>
  </message>
  <message>
   <source>Labels filled (O)</source>
   <translation>Labels gefüllt (O)</translation>
  </message>
  <message>
   <source>Outlined</source>
   <translation>Umriss</translation>
  </message>
  <message>
   <source>Labels outlined (O)</source>
   <translation>Labels umrissen (O)</translation>
  </message>
  <message>
   <source>Labels filled or outlined (O)</source>
   <translation>Labels gefüllt oder umrissen (O)</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.editor</name>
  <message>
   <source>View</source>
   <translation>Ansehen</translation>
  </message>
  <message>
   <source>Paint</source>
   <translation>Malen</translation>
  </message>
  <message>
   <source>Erase</source>
   <translation>Radieren</translation>
  </message>
  <message>
   <source>Draw</source>
   <translation>Zeichnen</translation>
  </message>
  <message>
   <source>Scissors</source>
   <translation>Schere</translation>
  </message>
  <message>
   <source>Islands</source>
   <translation>Inseln</translation>
  </message>
  <message>
   <source>Smooth</source>
   <translation>Glätten</translation>
  </message>
  <message>
   <source>Threshold</source>
   <translation>Schwelle</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.keys</name>
  <message>
   <source>Up, Down</source>
   <translation>Auf, Ab</translation>
  </message>
  <message>
   <source>previous or next structure, centred in the views</source>
   <translation>vorige oder nächste Struktur, in der Mitte der Ansichten</translation>
  </message>
  <message>
   <source>1 to 9, 0</source>
   <translation>1 bis 9, 0</translation>
  </message>
  <message>
   <source>the structures in the order of the table</source>
   <translation>die Strukturen in der Reihenfolge der Tabelle</translation>
  </message>
  <message>
   <source>X</source>
   <translation>X</translation>
  </message>
  <message>
   <source>exchange the structure with its neighbour, and back</source>
   <translation>Struktur mit ihrem Nachbarn tauschen, und zurück</translation>
  </message>
  <message>
   <source>Page Up, Page Down</source>
   <translation>Bild auf, Bild ab</translation>
  </message>
  <message>
   <source>slices of the view under the mouse, else of the axial one</source>
   <translation>Schichten der Ansicht unter der Maus, sonst der axialen</translation>
  </message>
  <message>
   <source>Tab, Shift+Tab</source>
   <translation>Tab, Umschalt+Tab</translation>
  </message>
  <message>
   <source>next or previous doubtful slice (with the focus in the views)</source>
   <translation>nächste oder vorige zweifelhafte Schicht (mit dem Fokus in den Ansichten)</translation>
  </message>
  <message>
   <source>N, B; Ctrl+Enter; Ctrl+Backspace; Ctrl+S</source>
   <translation>N, B; Strg+Eingabe; Strg+Rücktaste; Strg+S</translation>
  </message>
  <message>
   <source>of a study: next, previous case; done; reject; save</source>
   <translation>in einer Studie: nächster, voriger Fall; fertig; ablehnen; speichern</translation>
  </message>
  <message>
   <source>F6, Shift+F6</source>
   <translation>F6, Umschalt+F6</translation>
  </message>
  <message>
   <source>the focus from the views to the worklist, to the table, and back; Tab goes on from there to every button</source>
   <translation>der Fokus von den Ansichten zur Arbeitsliste, zur Tabelle und zurück; von dort geht Tab weiter zu jedem Knopf</translation>
  </message>
  <message>
   <source>Up, Down; Enter</source>
   <translation>Auf, Ab; Eingabe</translation>
  </message>
  <message>
   <source>in the worklist: to a case; open it. In the table: to a structure; Space on its dot hides it</source>
   <translation>in der Arbeitsliste: zu einem Fall; ihn öffnen. In der Tabelle: zu einer Struktur; Leertaste auf ihrem Punkt blendet sie aus</translation>
  </message>
  <message>
   <source>H</source>
   <translation>H</translation>
  </message>
  <message>
   <source>hide the labels, or show them</source>
   <translation>Labels ausblenden oder zeigen</translation>
  </message>
  <message>
   <source>O</source>
   <translation>O</translation>
  </message>
  <message>
   <source>filled and outlined, outlined, filled</source>
   <translation>gefüllt und umrissen, umrissen, gefüllt</translation>
  </message>
  <message>
   <source>W, R</source>
   <translation>W, R</translation>
  </message>
  <message>
   <source>next window of values; views back to the nuclei</source>
   <translation>nächste Fensterung; Ansichten zurück zu den Kernen</translation>
  </message>
  <message>
   <source>P, E, D, C</source>
   <translation>P, E, D, C</translation>
  </message>
  <message>
   <source>paint, erase, draw, scissors</source>
   <translation>malen, radieren, zeichnen, Schere</translation>
  </message>
  <message>
   <source>I, S, T, V</source>
   <translation>I, S, T, V</translation>
  </message>
  <message>
   <source>islands, smooth, threshold, view only</source>
   <translation>Inseln, glätten, Schwelle, nur ansehen</translation>
  </message>
  <message>
   <source>[, ]</source>
   <translation>[, ]</translation>
  </message>
  <message>
   <source>brush smaller, larger</source>
   <translation>Pinsel kleiner, größer</translation>
  </message>
  <message>
   <source>F, K</source>
   <translation>F, K</translation>
  </message>
  <message>
   <source>brush flat or a ball; it may take from neighbours or not</source>
   <translation>Pinsel flach oder Kugel; er darf Nachbarn verdrängen oder nicht</translation>
  </message>
  <message>
   <source>L, G, M</source>
   <translation>L, G, M</translation>
  </message>
  <message>
   <source>fill between slices; grow to the edge; mirror from the other side</source>
   <translation>Schichten füllen; bis zur Kante wachsen; andere Seite spiegeln</translation>
  </message>
  <message>
   <source>+, -</source>
   <translation>+, -</translation>
  </message>
  <message>
   <source>margin: one voxel wider, narrower</source>
   <translation>Rand: ein Voxel breiter, schmaler</translation>
  </message>
  <message>
   <source>Ctrl+Z, Ctrl+Y</source>
   <translation>Strg+Z, Strg+Y</translation>
  </message>
  <message>
   <source>undo, redo</source>
   <translation>rückgängig, wiederholen</translation>
  </message>
  <message>
   <source>?</source>
   <translation>?</translation>
  </message>
  <message>
   <source>this list</source>
   <translation>diese Liste</translation>
  </message>
  <message>
   <source>Mouse in the views</source>
   <translation>Maus in den Ansichten</translation>
  </message>
  <message>
   <source>wheel: slices; left: window; right: zoom; middle: move; Shift: the cross</source>
   <translation>Rad: Schichten; links: Fensterung; rechts: Zoom; Mitte: verschieben; Umschalt: Kreuz</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.messages</name>
  <message>
   <source>The segmentation</source>
   <translation>Die Segmentierung</translation>
  </message>
  <message>
   <source>Opening the file</source>
   <translation>Das Öffnen der Datei</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.models</name>
  <message>
   <source>That of the model</source>
   <translation>Das des Modells</translation>
  </message>
  <message>
   <source> (licence: {name})</source>
   <translation> (Lizenz: {name})</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.page</name>
  <message>
   <source>QSM volume</source>
   <translation>QSM-Volumen</translation>
  </message>
  <message>
   <source>NIfTI, NRRD, or a DICOM series as .zip</source>
   <translation>NIfTI, NRRD oder eine DICOM-Serie als .zip</translation>
  </message>
  <message>
   <source>Study</source>
   <translation>Studie</translation>
  </message>
  <message>
   <source>a folder of this computer: many patients</source>
   <translation>ein Ordner dieses Computers: viele Patienten</translation>
  </message>
  <message>
   <source>Segmentation</source>
   <translation>Segmentierung</translation>
  </message>
  <message>
   <source>labels (NIfTI) or .seg.nrrd of this volume</source>
   <translation>Labels (NIfTI) oder .seg.nrrd zu diesem Volumen</translation>
  </message>
  <message>
   <source>Model file</source>
   <translation>Modelldatei</translation>
  </message>
  <message>
   <source>Labelling protocol</source>
   <translation>Labelprotokoll</translation>
  </message>
  <message>
   <source>Table (CSV)</source>
   <translation>Tabelle (CSV)</translation>
  </message>
  <message>
   <source>one row a structure</source>
   <translation>eine Zeile je Struktur</translation>
  </message>
  <message>
   <source>Table (TSV)</source>
   <translation>Tabelle (TSV)</translation>
  </message>
  <message>
   <source>Wide table (CSV)</source>
   <translation>Breite Tabelle (CSV)</translation>
  </message>
  <message>
   <source>one row for this volume</source>
   <translation>eine Zeile für dieses Volumen</translation>
  </message>
  <message>
   <source>Labels (NIfTI)</source>
   <translation>Labels (NIfTI)</translation>
  </message>
  <message>
   <source>our values</source>
   <translation>unsere Werte</translation>
  </message>
  <message>
   <source>Segmentation (.seg.nrrd)</source>
   <translation>Segmentierung (.seg.nrrd)</translation>
  </message>
  <message>
   <source>names and colours, for 3D Slicer</source>
   <translation>Namen und Farben, für 3D Slicer</translation>
  </message>
  <message>
   <source>Scene (.mrb)</source>
   <translation>Szene (.mrb)</translation>
  </message>
  <message>
   <source>everything, for 3D Slicer</source>
   <translation>alles, für 3D Slicer</translation>
  </message>
  <message>
   <source>Report page (HTML)</source>
   <translation>Befundseite (HTML)</translation>
  </message>
  <message>
   <source>picture, table, provenance</source>
   <translation>Bild, Tabelle, Herkunft</translation>
  </message>
  <message>
   <source>Show or hide the panel</source>
   <translation>Panel zeigen oder ausblenden</translation>
  </message>
  <message>
   <source>Open</source>
   <translation>Öffnen</translation>
  </message>
  <message>
   <source>Save</source>
   <translation>Speichern</translation>
  </message>
  <message>
   <source>Dark or light</source>
   <translation>Dunkel oder hell</translation>
  </message>
  <message>
   <source>Keys and about</source>
   <translation>Tasten und Info</translation>
  </message>
  <message>
   <source>Undo (Ctrl+Z)</source>
   <translation>Rückgängig (Strg+Z)</translation>
  </message>
  <message>
   <source>Redo (Ctrl+Y)</source>
   <translation>Wiederholen (Strg+Y)</translation>
  </message>
  <message>
   <source>Surfaces in 3D</source>
   <translation>Oberflächen in 3D</translation>
  </message>
  <message>
   <source>Fit the views</source>
   <translation>Ansichten einpassen</translation>
  </message>
  <message>
   <source>Open a QSM volume</source>
   <translation>Ein QSM-Volumen öffnen</translation>
  </message>
  <message>
   <source>Drop a file here: NIfTI, NRRD, or a DICOM series as .zip.</source>
   <translation>Legen Sie eine Datei hier ab: NIfTI, NRRD oder eine DICOM-Serie als .zip.</translation>
  </message>
  <message>
   <source>Choose a file</source>
   <translation>Datei wählen</translation>
  </message>
  <message>
   <source>Open the sample</source>
   <translation>Beispiel öffnen</translation>
  </message>
  <message>
   <source>The file stays on the computer that runs this program. For research use only; not a medical device.</source>
   <translation>Die Datei bleibt auf dem Computer, auf dem dieses Programm läuft. Nur für die Forschung; kein Medizinprodukt.</translation>
  </message>
  <message>
   <source>The unit of the values and how it is known</source>
   <translation>Die Einheit der Werte und woher sie bekannt ist</translation>
  </message>
  <message>
   <source>Save and go on</source>
   <translation>Speichern und weiter</translation>
  </message>
  <message>
   <source>Segments deep-gray-matter nuclei in quantitative susceptibility maps and measures them. For research use only; not a medical device.</source>
   <translation>Segmentiert und misst die tiefen grauen Kerne in quantitativen Suszeptibilitätskarten. Nur für die Forschung; kein Medizinprodukt.</translation>
  </message>
  <message>
   <source>Views and editor: 3D Slicer's core and trame-slicer (Kitware, Apache-2.0). Nothing leaves this computer: the program loads nothing from the internet.</source>
   <translation>Ansichten und Editor: Kern von 3D Slicer und trame-slicer (Kitware, Apache-2.0). Nichts verlässt diesen Computer: Das Programm lädt nichts aus dem Internet.</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Tools</source>
   <translation>Werkzeuge</translation>
  </message>
  <message>
   <source>Sending the file</source>
   <translation>Datei wird gesendet</translation>
  </message>
  <message>
   <source>Making the file</source>
   <translation>Datei wird erstellt</translation>
  </message>
  <message>
   <source>Layout of the views</source>
   <translation>Anordnung der Ansichten</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Keep</source>
   <translation>Behalten</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.panel</name>
  <message>
   <source>Segment</source>
   <translation>Segmentieren</translation>
  </message>
  <message>
   <source>Labels that a run replaced are not saved yet: Save &gt; Scene (.mrb).</source>
   <translation>Labels, die ein Lauf ersetzt hat, sind noch nicht gespeichert: Speichern &gt; Szene (.mrb).</translation>
  </message>
  <message>
   <source>Hide</source>
   <translation>Ausblenden:</translation>
  </message>
  <message>
   <source>Show</source>
   <translation>Zeigen:</translation>
  </message>
  <message>
   <source>How labels are shown</source>
   <translation>Darstellung der Labels</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>Details</source>
   <translation>Einzelheiten</translation>
  </message>
  <message>
   <source>The next doubtful slice (Tab in the views)</source>
   <translation>Die nächste zweifelhafte Schicht (Tab in den Ansichten)</translation>
  </message>
  <message>
   <source>Verdict: {status}.</source>
   <translation>Urteil: {status}.</translation>
  </message>
  <message>
   <source>Hints in colour</source>
   <translation>Hinweise in Farbe</translation>
  </message>
  <message>
   <source>White: where a structure might go on beyond its first and last slice; cyan: where only its other side lies</source>
   <translation>Weiß: wo eine Struktur jenseits ihrer ersten und letzten Schicht weitergehen könnte; türkis: wo nur ihre Gegenseite liegt</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>Modell</translation>
  </message>
  <message>
   <source>No model: Open &gt; Model file</source>
   <translation>Kein Modell: Öffnen &gt; Modelldatei</translation>
  </message>
  <message>
   <source>Advanced</source>
   <translation>Erweitert</translation>
  </message>
  <message>
   <source>Labelling protocol</source>
   <translation>Labelprotokoll</translation>
  </message>
  <message>
   <source>The tools are locked until the run has ended.</source>
   <translation>Die Werkzeuge sind gesperrt, bis der Lauf beendet ist.</translation>
  </message>
  <message>
   <source>Structure</source>
   <translation>Struktur</translation>
  </message>
  <message>
   <source>Size</source>
   <translation>Größe</translation>
  </message>
  <message>
   <source>Window: {low} to {high} ppb</source>
   <translation>Fenster: {low} bis {high} ppb</translation>
  </message>
  <message>
   <source> - not saved yet</source>
   <translation> - noch nicht gespeichert</translation>
  </message>
  <message>
   <source>1 slice to look at first: next</source>
   <translation>1 Schicht zuerst ansehen: weiter</translation>
  </message>
  <message>
   <source>{count} slices to look at first: next</source>
   <translation>{count} Schichten zuerst ansehen: weiter</translation>
  </message>
  <message>
   <source>Choose a structure in the table</source>
   <translation>Wählen Sie eine Struktur in der Tabelle</translation>
  </message>
  <message>
   <source>Cancelling</source>
   <translation>Abbruch</translation>
  </message>
  <message>
   <source>Shown</source>
   <translation>Sichtbar</translation>
  </message>
  <message>
   <source>Flags</source>
   <translation>Hinweise</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.reading_room</name>
  <message>
   <source>Opening the case</source>
   <translation>Das Öffnen des Falls</translation>
  </message>
  <message>
   <source>The look for new cases</source>
   <translation>Die Suche nach neuen Fällen</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.ready_made</name>
  <message>
   <source>Add selected</source>
   <translation>Gewählte hinzufügen</translation>
  </message>
  <message>
   <source>Apply</source>
   <translation>Anwenden</translation>
  </message>
  <message>
   <source>Auto range</source>
   <translation>Bereich vorschlagen</translation>
  </message>
  <message>
   <source>Brush interaction mode</source>
   <translation>Linienführung</translation>
  </message>
  <message>
   <source>Brush size</source>
   <translation>Pinselgröße</translation>
  </message>
  <message>
   <source>Closing</source>
   <translation>Closing</translation>
  </message>
  <message>
   <source>Continuous</source>
   <translation>Durchgehend</translation>
  </message>
  <message>
   <source>Cut mode</source>
   <translation>Schnitt</translation>
  </message>
  <message>
   <source>Distance (mm)</source>
   <translation>Abstand (mm)</translation>
  </message>
  <message>
   <source>Erase Inside</source>
   <translation>Innen löschen</translation>
  </message>
  <message>
   <source>Erase Outside</source>
   <translation>Außen löschen</translation>
  </message>
  <message>
   <source>Fill Inside</source>
   <translation>Innen füllen</translation>
  </message>
  <message>
   <source>Fill Outside</source>
   <translation>Außen füllen</translation>
  </message>
  <message>
   <source>Gaussian</source>
   <translation>Gauß</translation>
  </message>
  <message>
   <source>Keep largest</source>
   <translation>Größte behalten</translation>
  </message>
  <message>
   <source>Keep selected</source>
   <translation>Gewählte behalten</translation>
  </message>
  <message>
   <source>Kernel size (mm)</source>
   <translation>Kernelgröße (mm)</translation>
  </message>
  <message>
   <source>Layouts</source>
   <translation>Anordnungen</translation>
  </message>
  <message>
   <source>Median</source>
   <translation>Median</translation>
  </message>
  <message>
   <source>Minimum size</source>
   <translation>Mindestgröße</translation>
  </message>
  <message>
   <source>Negative</source>
   <translation>Negativ</translation>
  </message>
  <message>
   <source>Opening</source>
   <translation>Opening</translation>
  </message>
  <message>
   <source>Operation</source>
   <translation>Vorgang</translation>
  </message>
  <message>
   <source>Point By Point</source>
   <translation>Punkt für Punkt</translation>
  </message>
  <message>
   <source>Positive</source>
   <translation>Positiv</translation>
  </message>
  <message>
   <source>Remove selected</source>
   <translation>Gewählte entfernen</translation>
  </message>
  <message>
   <source>Remove small</source>
   <translation>Kleine entfernen</translation>
  </message>
  <message>
   <source>Reset Camera</source>
   <translation>Ansicht zurücksetzen</translation>
  </message>
  <message>
   <source>Show in 3D</source>
   <translation>In 3D zeigen</translation>
  </message>
  <message>
   <source>Smoothing method</source>
   <translation>Glättung</translation>
  </message>
  <message>
   <source>Sphere brush</source>
   <translation>Kugelpinsel</translation>
  </message>
  <message>
   <source>Standard deviation (mm)</source>
   <translation>Standardabweichung (mm)</translation>
  </message>
  <message>
   <source>Symmetric</source>
   <translation>Symmetrisch</translation>
  </message>
  <message>
   <source>Unlimited</source>
   <translation>Unbegrenzt</translation>
  </message>
  <message>
   <source>Axial large</source>
   <translation>Axial groß</translation>
  </message>
  <message>
   <source>Axial Only</source>
   <translation>Nur axial</translation>
  </message>
  <message>
   <source>Axial Primary</source>
   <translation>Vor allem axial</translation>
  </message>
  <message>
   <source>Coronal Only</source>
   <translation>Nur koronal</translation>
  </message>
  <message>
   <source>Coronal Primary</source>
   <translation>Vor allem koronal</translation>
  </message>
  <message>
   <source>Sagittal Only</source>
   <translation>Nur sagittal</translation>
  </message>
  <message>
   <source>Sagittal Primary</source>
   <translation>Vor allem sagittal</translation>
  </message>
  <message>
   <source>3D Only</source>
   <translation>Nur 3D</translation>
  </message>
  <message>
   <source>3D Primary</source>
   <translation>Vor allem 3D</translation>
  </message>
  <message>
   <source>Quad View</source>
   <translation>Vier Ansichten</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Open</source>
   <translation>Öffnen</translation>
  </message>
  <message>
   <source>Nothing to choose</source>
   <translation>Nichts zur Auswahl</translation>
  </message>
  <message>
   <source>Clear {0}</source>
   <translation>{0} leeren</translation>
  </message>
  <message>
   <source>{0}, action before</source>
   <translation>{0}, Aktion davor</translation>
  </message>
  <message>
   <source>{0}, action behind</source>
   <translation>{0}, Aktion danach</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.session</name>
  <message>
   <source>Labels from a file or by hand</source>
   <translation>Labels aus einer Datei oder von Hand</translation>
  </message>
  <message>
   <source>{model}, edited by hand</source>
   <translation>{model}, von Hand bearbeitet</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.signing</name>
  <message>
   <source>Signing</source>
   <translation>Das Unterzeichnen</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.state</name>
  <message>
   <source>no QSM</source>
   <translation>kein QSM</translation>
  </message>
  <message>
   <source>{unit}, detected</source>
   <translation>{unit}, erkannt</translation>
  </message>
  <message>
   <source>{unit}, as given</source>
   <translation>{unit}, wie angegeben</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.study_opening</name>
  <message>
   <source>Opening the study</source>
   <translation>Das Öffnen der Studie</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.study_state</name>
  <message>
   <source>Flags: {names}</source>
   <translation>Hinweise: {names}</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.table</name>
  <message>
   <source>The measurement</source>
   <translation>Die Messung</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.tools</name>
  <message>
   <source>Edit anywhere</source>
   <translation>Überall bearbeiten</translation>
  </message>
  <message>
   <source>Keep only this range</source>
   <translation>Nur Bereich behalten</translation>
  </message>
  <message>
   <source>Paint only in this range</source>
   <translation>Nur im Bereich malen</translation>
  </message>
  <message>
   <source>Only {low} to {high} ppb can be edited.</source>
   <translation>Nur {low} bis {high} ppb können bearbeitet werden.</translation>
  </message>
  <message>
   <source>{low} to {high} ppb</source>
   <translation>{low} bis {high} ppb</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.web</name>
  <message>
   <source>the upload</source>
   <translation>die gesendete Datei</translation>
  </message>
  <message>
   <source>Opening the file</source>
   <translation>Das Öffnen der Datei</translation>
  </message>
  <message>
   <source>Reading {name}</source>
   <translation>{name} wird gelesen</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.worklist</name>
  <message>
   <source>Open a study</source>
   <translation>Studie öffnen</translation>
  </message>
  <message>
   <source>Show or hide the worklist</source>
   <translation>Arbeitsliste zeigen oder ausblenden</translation>
  </message>
  <message>
   <source>Previous case (B)</source>
   <translation>Voriger Fall (B)</translation>
  </message>
  <message>
   <source>Next case (N)</source>
   <translation>Nächster Fall (N)</translation>
  </message>
  <message>
   <source>Reject</source>
   <translation>Ablehnen</translation>
  </message>
  <message>
   <source>Read again</source>
   <translation>Neu befunden</translation>
  </message>
  <message>
   <source>Done</source>
   <translation>Fertig</translation>
  </message>
  <message>
   <source>Why it cannot be used</source>
   <translation>Warum er nicht verwendbar ist</translation>
  </message>
  <message>
   <source>Folder on the computer that runs the program</source>
   <translation>Ordner auf dem Computer, auf dem das Programm läuft</translation>
  </message>
  <message>
   <source>A BIDS folder, or a folder of images</source>
   <translation>Ein BIDS-Ordner oder ein Ordner mit Bildern</translation>
  </message>
  <message>
   <source>Open</source>
   <translation>Öffnen</translation>
  </message>
  <message>
   <source>Bold and underlined: changed by hand.</source>
   <translation>Fett und unterstrichen: von Hand geändert.</translation>
  </message>
  <message>
   <source>All cases</source>
   <translation>Alle Fälle</translation>
  </message>
  <message>
   <source>flagged structures</source>
   <translation>Strukturen mit Hinweis</translation>
  </message>
  <message>
   <source>The case cannot be used; you are asked why (Ctrl+Backspace)</source>
   <translation>Der Fall ist nicht verwendbar; Sie werden nach dem Grund gefragt (Strg+Rücktaste)</translation>
  </message>
  <message>
   <source>Sign this case and go to the next one (Ctrl+Enter)</source>
   <translation>Diesen Fall unterzeichnen und zum nächsten gehen (Strg+Eingabe)</translation>
  </message>
  <message>
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <source>All cases: means in ppb</source>
   <translation>Alle Fälle: Mittelwerte in ppb</translation>
  </message>
  <message>
   <source>Close</source>
   <translation>Schließen</translation>
  </message>
  <message>
   <source>Name</source>
   <translation>Name</translation>
  </message>
  <message>
   <source>Doubt</source>
   <translation>Zweifel</translation>
  </message>
  <message>
   <source>Look for new cases in the folder</source>
   <translation>Neue Fälle im Ordner suchen</translation>
  </message>
  <message>
   <source>{name} cannot be shown</source>
   <translation>{name} kann nicht gezeigt werden</translation>
  </message>
  <message>
   <source>Reject {name}?</source>
   <translation>{name} ablehnen?</translation>
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
   <source>Page of all cases</source>
   <translation>Seite aller Fälle</translation>
  </message>
  <message>
   <source>Table (TSV)</source>
   <translation>Tabelle (TSV)</translation>
  </message>
  <message>
   <source>Worklist</source>
   <translation>Arbeitsliste</translation>
  </message>
  <message>
   <source>{done} of {all} done, {rejected} rejected, reader {reader}</source>
   <translation>{done} von {all} fertig, {rejected} abgelehnt, Befunder {reader}</translation>
  </message>
  <message>
   <source>In the order of the names</source>
   <translation>In der Reihenfolge der Namen</translation>
  </message>
  <message>
   <source>The doubtful ones first</source>
   <translation>Die zweifelhaften zuerst</translation>
  </message>
  <message>
   <source>Segmenting all ...</source>
   <translation>Alle werden segmentiert ...</translation>
  </message>
  <message>
   <source>Segment all</source>
   <translation>Alle segmentieren</translation>
  </message>
  <message>
   <source>being segmented</source>
   <translation>wird segmentiert</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationApp.static</name>
  <message>
   <source>Drop to open</source>
   <translation>Zum Öffnen loslassen</translation>
  </message>
  <message>
   <source>Highest value</source>
   <translation>Höchster Wert</translation>
  </message>
  <message>
   <source>Lowest value</source>
   <translation>Niedrigster Wert</translation>
  </message>
  <message>
   <source>This is larger than {limit} MB, the limit for uploads: open the file by its path (dgmseg app FILE), or raise --max-upload-mb.</source>
   <translation>Das ist größer als {limit} MB, die Grenze für gesendete Dateien: Öffnen Sie die Datei über ihren Pfad (dgmseg app FILE) oder erhöhen Sie --max-upload-mb.</translation>
  </message>
  <message>
   <source>The file did not arrive: it may be too large, or the program has ended.</source>
   <translation>Die Datei kam nicht an: Sie ist vielleicht zu groß, oder das Programm wurde beendet.</translation>
  </message>
  <message>
   <source>The file was refused.</source>
   <translation>Die Datei wurde abgelehnt.</translation>
  </message>
  <message>
   <source>The file did not arrive: the program has ended, or another window took over.</source>
   <translation>Die Datei kam nicht an: Das Programm wurde beendet, oder ein anderes Fenster hat übernommen.</translation>
  </message>
  <message>
   <source>DGMSegmentation is open elsewhere</source>
   <translation>DGMSegmentation ist anderswo geöffnet</translation>
  </message>
  <message>
   <source>Open in another window</source>
   <translation>In einem anderen Fenster geöffnet</translation>
  </message>
  <message>
   <source>DGMSegmentation works with one browser window at a time, and another one is using it now. This page goes on by itself as soon as that one is closed.</source>
   <translation>DGMSegmentation arbeitet mit einem Browserfenster zurzeit, und ein anderes benutzt es gerade. Diese Seite macht von selbst weiter, sobald jenes geschlossen ist.</translation>
  </message>
  <message>
   <source>Use it here instead</source>
   <translation>Stattdessen hier benutzen</translation>
  </message>
  <message>
   <source>DGMSegmentation: token</source>
   <translation>DGMSegmentation: Token</translation>
  </message>
  <message>
   <source>Token needed</source>
   <translation>Token nötig</translation>
  </message>
  <message>
   <source>This program can be reached from other computers, so it asks for the token that dgmseg app printed when it started.</source>
   <translation>Dieses Programm ist von anderen Computern aus erreichbar und fragt deshalb nach dem Token, das dgmseg app beim Start ausgegeben hat.</translation>
  </message>
  <message>
   <source>Token</source>
   <translation>Token</translation>
  </message>
  <message>
   <source>Open</source>
   <translation>Öffnen</translation>
  </message>
 </context>
 <context>
  <name>DGMSegmentationLib</name>
  <message>
   <source>{path}: a model's file name ends with .safetensors;</source>
   <translation>{path}: Der Name einer Modelldatei endet auf .safetensors;</translation>
  </message>
  <message>
   <source>choose another name for the new model.</source>
   <translation>wählen Sie einen anderen Namen für das neue Modell.</translation>
  </message>
  <message>
   <source>{name} is the name of a model or a labelling protocol that ships:</source>
   <translation>{name} heißt schon ein mitgeliefertes Modell oder Labelprotokoll:</translation>
  </message>
  <message>
   <source>The folder {folder}, which would hold the state of the run, holds {name} of somebody else's:</source>
   <translation>Der Ordner {folder} für den Stand des Laufs enthält {name} von jemand anderem:</translation>
  </message>
  <message>
   <source>choose another name for the new model, or move the folder.</source>
   <translation>Wählen Sie einen anderen Namen für das neue Modell, oder verschieben Sie den Ordner.</translation>
  </message>
  <message>
   <source>The model {model} has structures that no labelling protocol can name:</source>
   <translation>Das Modell {model} hat Strukturen, die kein Labelprotokoll benennen kann:</translation>
  </message>
  <message>
   <source>train it further on volumes with its own labels (fine-tuning).</source>
   <translation>Trainieren Sie es mit Volumen weiter, die seine eigenen Labels tragen (Fine-Tuning).</translation>
  </message>
  <message>
   <source>{case} is left out: left and right of its labels are exchanged.</source>
   <translation>{case} bleibt weg: Links und rechts seiner Labels sind vertauscht.</translation>
  </message>
  <message>
   <source>{case} is left out: its labels lack {structures}.</source>
   <translation>{case} bleibt weg: Seinen Labels fehlt {structures}.</translation>
  </message>
  <message>
   <source>{case} is left out: its labels do not fit its image (Dice {dice:.2f} with those of the model, less contrast); they may be another head's.</source>
   <translation>{case} bleibt weg: Seine Labels passen nicht zum Bild (Dice {dice:.2f} mit denen des Modells, weniger Kontrast); sie gehören vielleicht zu einem anderen Kopf.</translation>
  </message>
  <message>
   <source>{case} is left out: its labels {one} and {other} seem to be exchanged.</source>
   <translation>{case} bleibt weg: Seine Labels {one} und {other} scheinen vertauscht zu sein.</translation>
  </message>
  <message>
   <source>{case} is left out: its image is that of {other}.</source>
   <translation>{case} bleibt weg: Sein Bild ist das von {other}.</translation>
  </message>
  <message>
   <source>The model {model} has learnt from {cases} already, which therefore cannot tell whether it gets better;</source>
   <translation>Das Modell {model} hat aus {cases} schon gelernt; ob es besser wird, lässt sich damit nicht sagen;</translation>
  </message>
  <message>
   <source>adapt {parent} to all of your cases, or this one to new cases alone.</source>
   <translation>passen Sie {parent} an alle Ihre Fälle an, oder dieses nur an neue Fälle.</translation>
  </message>
  <message>
   <source>Another run works in {folder} right now:</source>
   <translation>Ein anderer Lauf arbeitet gerade in {folder}:</translation>
  </message>
  <message>
   <source>wait for it, or choose another name for the new model.</source>
   <translation>warten Sie auf ihn, oder wählen Sie einen anderen Namen für das neue Modell.</translation>
  </message>
  <message>
   <source>The run in {folder} was begun with other cases or labels, another model or other options;</source>
   <translation>Der Lauf in {folder} wurde mit anderen Fällen oder Labels, einem anderen Modell oder anderen Optionen begonnen;</translation>
  </message>
  <message>
   <source>go on with the same ones, or start anew.</source>
   <translation>setzen Sie ihn mit denselben fort, oder beginnen Sie neu.</translation>
  </message>
  <message>
   <source>There is nothing to go on from in {folder}; the run starts at the beginning.</source>
   <translation>In {folder} ist nichts, was fortgesetzt werden könnte; der Lauf beginnt von vorn.</translation>
  </message>
  <message>
   <source>{case} is left out: {reader} rejected it.</source>
   <translation>{case} bleibt weg: {reader} hat ihn abgelehnt.</translation>
  </message>
  <message>
   <source>{case} is left out: it is in review again since {reader} signed it;</source>
   <translation>{case} bleibt weg: Er ist wieder in Arbeit, seit {reader} ihn unterzeichnet hat;</translation>
  </message>
  <message>
   <source>sign it to learn from it.</source>
   <translation>unterzeichnen Sie ihn, damit daraus gelernt wird.</translation>
  </message>
  <message>
   <source>{case}: its labels {name} were changed by another program since {reader} signed them; they count as they are now.</source>
   <translation>{case}: Seine Labels {name} hat ein anderes Programm geändert, seit {reader} sie unterzeichnet hat; sie zählen, wie sie jetzt sind.</translation>
  </message>
  <message>
   <source>{case}: {reader} signed other labels ({name}), which do not count: those that the cohort takes do.</source>
   <translation>{case}: {reader} hat andere Labels unterzeichnet ({name}), die nicht zählen: Es zählen die, welche die Kohorte nimmt.</translation>
  </message>
  <message>
   <source>{case} is left out: there is more than one file of corrected labels ({names});</source>
   <translation>{case} bleibt weg: Es gibt mehr als eine Datei mit korrigierten Labels ({names});</translation>
  </message>
  <message>
   <source>keep one.</source>
   <translation>behalten Sie eine.</translation>
  </message>
  <message>
   <source>{path} holds the values {values}, which are none of the model's label set ({label_set});</source>
   <translation>{path} enthält die Werte {values}, die nicht zum Labelsatz des Modells gehören ({label_set});</translation>
  </message>
  <message>
   <source>give labels of its structures.</source>
   <translation>geben Sie Labels seiner Strukturen an.</translation>
  </message>
  <message>
   <source>{case} is left out: {why}</source>
   <translation>{case} bleibt weg: {why}</translation>
  </message>
  <message>
   <source>{image} is named with two label files, {one} and {other}:</source>
   <translation>{image} ist mit zwei Labeldateien genannt, {one} und {other}:</translation>
  </message>
  <message>
   <source>name the one that counts.</source>
   <translation>nennen Sie die, die zählt.</translation>
  </message>
  <message>
   <source>None of the {count} cases can be learnt from ({why!w});</source>
   <translation>Aus keinem der {count} Fälle lässt sich lernen ({why!w});</translation>
  </message>
  <message>
   <source>correct their labels and try again.</source>
   <translation>korrigieren Sie ihre Labels, und versuchen Sie es wieder.</translation>
  </message>
  <message>
   <source>Nothing was gained: on what was left out {model} is as good as what {cases} corrected cases make of it (mean Dice {dice:.3f});</source>
   <translation>Nichts wurde gewonnen: Auf dem Ausgelassenen ist {model} so gut wie das, was {cases} korrigierte Fälle daraus machen (mittlerer Dice {dice:.3f});</translation>
  </message>
  <message>
   <source>keep it, or correct more cases.</source>
   <translation>behalten Sie es, oder korrigieren Sie mehr Fälle.</translation>
  </message>
  <message>
   <source>Of the model {model} only the labelling protocol is fitted: it is no single network of structures.</source>
   <translation>Vom Modell {model} wird nur das Labelprotokoll angepasst: Es ist kein einzelnes Netz von Strukturen.</translation>
  </message>
  <message>
   <source>From one case, or several of one person, only the labelling protocol is fitted: the network learns from two persons on.</source>
   <translation>Aus einem Fall, oder mehreren einer Person, wird nur das Labelprotokoll angepasst: Das Netz lernt ab zwei Personen.</translation>
  </message>
  <message>
   <source>Only the labelling protocol is fitted, for the packages for training are not installed;</source>
   <translation>Nur das Labelprotokoll wird angepasst, denn die Pakete zum Trainieren sind nicht installiert;</translation>
  </message>
  <message>
   <source>add the package lightning.</source>
   <translation>fügen Sie das Paket lightning hinzu.</translation>
  </message>
  <message>
   <source>The model {model} cannot learn without labels: it must be one network of the ten structures, of the QSM alone, that follows the simulator's convention;</source>
   <translation>Das Modell {model} kann ohne Labels nicht lernen: Es muss ein einziges Netz der zehn Strukturen sein, nur für QSM, nach der Konvention des Simulators;</translation>
  </message>
  <message>
   <source>take one of the bundled models.</source>
   <translation>nehmen Sie eines der mitgelieferten Modelle.</translation>
  </message>
  <message>
   <source>The nuclei were found in only {found} of {count} volumes;</source>
   <translation>Die Kerne wurden nur in {found} von {count} Volumina gefunden;</translation>
  </message>
  <message>
   <source>without labels a model is adapted only to volumes in which it finds them: correct a few cases instead.</source>
   <translation>ohne Labels wird ein Modell nur an Volumina angepasst, in denen es sie findet: Korrigieren Sie stattdessen einige Fälle.</translation>
  </message>
  <message>
   <source>{path} holds {count} volumes that can be used:</source>
   <translation>{path} enthält {count} verwendbare Volumen:</translation>
  </message>
  <message>
   <source>what a site's look like shows from two on.</source>
   <translation>wie die eines Zentrums aussehen, zeigt sich ab zweien.</translation>
  </message>
  <message>
   <source>No model was written: the mean volume of {structure} would have changed by {percent:+d} %, and nothing says which one is right;</source>
   <translation>Es wurde kein Modell geschrieben: Das mittlere Volumen von {structure} hätte sich um {percent:+d} % geändert, und nichts sagt, welches stimmt;</translation>
  </message>
  <message>
   <source>correct a few cases instead.</source>
   <translation>korrigieren Sie stattdessen einige Fälle.</translation>
  </message>
  <message>
   <source>No model was written: nothing says that the new labels are better, for they hardly agree better with those of the mirrored heads (Dice {before:.3f} -&gt; {after:.3f});</source>
   <translation>Es wurde kein Modell geschrieben: Nichts sagt, dass die neuen Labels besser sind, denn sie stimmen kaum besser mit denen der gespiegelten Köpfe überein (Dice {before:.3f} -&gt; {after:.3f});</translation>
  </message>
  <message>
   <source>keep the model, or correct a few cases.</source>
   <translation>behalten Sie das Modell, oder korrigieren Sie einige Fälle.</translation>
  </message>
  <message>
   <source>Without labels a model is adapted to one cohort at a time:</source>
   <translation>Ohne Labels wird ein Modell an eine Kohorte auf einmal angepasst:</translation>
  </message>
  <message>
   <source>give one folder or table.</source>
   <translation>Geben Sie einen Ordner oder eine Tabelle.</translation>
  </message>
  <message>
   <source>Label maps for the simulation are needed:</source>
   <translation>Für die Simulation werden Labelkarten gebraucht:</translation>
  </message>
  <message>
   <source>name their folder.</source>
   <translation>Nennen Sie deren Ordner.</translation>
  </message>
  <message>
   <source>{option} does nothing with {other}:</source>
   <translation>{option} bewirkt mit {other} nichts:</translation>
  </message>
  <message>
   <source>{option} does nothing without {other}:</source>
   <translation>{option} bewirkt ohne {other} nichts:</translation>
  </message>
  <message>
   <source>The run on all cases came out worse than the model it began with, so its weights are not taken.</source>
   <translation>Der Lauf mit allen Fällen ergab Schlechteres als das Modell, mit dem er begann; seine Gewichte werden nicht genommen.</translation>
  </message>
  <message>
   <source>Stopped; no model was written.</source>
   <translation>Angehalten; kein Modell wurde geschrieben.</translation>
  </message>
  <message>
   <source>Stopped; the model stays as it was.</source>
   <translation>Angehalten; das Modell bleibt, wie es war.</translation>
  </message>
  <message>
   <source>{name!r} is no name for a model:</source>
   <translation>{name!r} ist kein Name für ein Modell:</translation>
  </message>
  <message>
   <source>give one of letters, digits, spaces, dots and dashes.</source>
   <translation>Nehmen Sie Buchstaben, Ziffern, Leerzeichen, Punkte und Striche.</translation>
  </message>
  <message>
   <source>There is a model {name} already:</source>
   <translation>Es gibt schon ein Modell {name}:</translation>
  </message>
  <message>
   <source>choose another name.</source>
   <translation>Wählen Sie einen anderen Namen.</translation>
  </message>
  <message>
   <source>The folder of the study's models {path} cannot be written ({reason}):</source>
   <translation>In den Ordner der Modelle der Studie {path} kann nicht geschrieben werden ({reason}):</translation>
  </message>
  <message>
   <source>see to its permissions.</source>
   <translation>Prüfen Sie seine Rechte.</translation>
  </message>
  <message>
   <source>--max-upload-mb {megabytes} leaves no room for a file:</source>
   <translation>--max-upload-mb {megabytes} lässt keinen Platz für eine Datei:</translation>
  </message>
  <message>
   <source>--token is too short or holds other signs:</source>
   <translation>--token ist zu kurz oder enthält andere Zeichen:</translation>
  </message>
  <message>
   <source>Port {port} is in use:</source>
   <translation>Der Port {port} ist belegt:</translation>
  </message>
  <message>
   <source>The app cannot listen at {host}, port {port} ({reason}):</source>
   <translation>Die App kann auf {host}, Port {port} keine Verbindungen annehmen ({reason}):</translation>
  </message>
  <message>
   <source>There is no language {language!r}:</source>
   <translation>Die Sprache {language!r} gibt es nicht:</translation>
  </message>
  <message>
   <source>Open a QSM volume first.</source>
   <translation>Öffnen Sie zuerst ein QSM-Volumen.</translation>
  </message>
  <message>
   <source>No model is here:</source>
   <translation>Hier ist kein Modell:</translation>
  </message>
  <message>
   <source>choose a model file with Open &gt; Model file.</source>
   <translation>Wählen Sie eine Modelldatei unter Öffnen &gt; Modelldatei.</translation>
  </message>
  <message>
   <source>This model also needs the channel {channel}, which the browser app cannot give:</source>
   <translation>Dieses Modell braucht auch den Kanal {channel}, den die Browser-App nicht geben kann:</translation>
  </message>
  <message>
   <source>use the module in 3D Slicer, or the command line.</source>
   <translation>Verwenden Sie das Modul in 3D Slicer oder die Befehlszeile.</translation>
  </message>
  <message>
   <source>These labels were made with the unit {used}: {chosen} counts from the next run on (Segment).</source>
   <translation>Diese Labels wurden mit der Einheit {used} gemacht: {chosen} gilt ab dem nächsten Lauf (Segmentieren).</translation>
  </message>
  <message>
   <source>Nothing was changed: one voxel less all round leaves nothing of this structure.</source>
   <translation>Nichts wurde geändert: Ringsum ein Voxel weniger lässt von dieser Struktur nichts übrig.</translation>
  </message>
  <message>
   <source>Nothing was changed: there is nothing to add here that this structure may take.</source>
   <translation>Nichts wurde geändert: Hier gibt es nichts, was diese Struktur dazunehmen darf.</translation>
  </message>
  <message>
   <source>This structure cannot be mirrored: its other side is empty, or fewer than three pairs of structures are there.</source>
   <translation>Diese Struktur lässt sich nicht spiegeln: Ihre andere Seite ist leer, oder weniger als drei Paare von Strukturen sind da.</translation>
  </message>
  <message>
   <source>The labels were edited and not saved since. Opening another file takes them away.</source>
   <translation>Die Labels wurden bearbeitet und seither nicht gespeichert. Wenn Sie eine andere Datei öffnen, sind sie weg.</translation>
  </message>
  <message>
   <source>Labels that were edited by hand and then replaced by a run are hidden in the scene and not saved since (Save &gt; Scene). Opening another volume takes them away.</source>
   <translation>Labels, die von Hand bearbeitet und dann durch einen Lauf ersetzt wurden, liegen verborgen in der Szene und sind nicht gespeichert (Speichern &gt; Szene). Wenn Sie ein anderes Volumen öffnen, sind sie weg.</translation>
  </message>
  <message>
   <source>The labels were edited by hand or come from a file. A new run replaces them; a hidden copy stays in the scene (.mrb).</source>
   <translation>Die Labels wurden von Hand bearbeitet oder kommen aus einer Datei. Ein neuer Lauf ersetzt sie; eine verborgene Kopie bleibt in der Szene (.mrb).</translation>
  </message>
  <message>
   <source>A run is going on. Opening another file ends it.</source>
   <translation>Ein Lauf ist im Gang. Eine andere Datei zu öffnen beendet ihn.</translation>
  </message>
  <message>
   <source>It also ends the run.</source>
   <translation>Es beendet auch den Lauf.</translation>
  </message>
  <message>
   <source>This address is not the one that the program printed.</source>
   <translation>Diese Adresse ist nicht die, die das Programm ausgegeben hat.</translation>
  </message>
  <message>
   <source>DGMSegmentation is open in another window.</source>
   <translation>DGMSegmentation ist in einem anderen Fenster geöffnet.</translation>
  </message>
  <message>
   <source>This window is no longer the one in use:</source>
   <translation>Dieses Fenster ist nicht mehr das benutzte:</translation>
  </message>
  <message>
   <source>reload it to go on here.</source>
   <translation>Laden Sie es neu, um hier weiterzumachen.</translation>
  </message>
  <message>
   <source>This is no upload of the page.</source>
   <translation>Das ist keine gesendete Datei dieser Seite.</translation>
  </message>
  <message>
   <source>The file did not arrive whole:</source>
   <translation>Die Datei kam nicht vollständig an:</translation>
  </message>
  <message>
   <source>choose it again.</source>
   <translation>Wählen Sie sie noch einmal.</translation>
  </message>
  <message>
   <source>This is larger than {megabytes} MB, the limit for uploads:</source>
   <translation>Das ist größer als {megabytes} MB, die Grenze für gesendete Dateien:</translation>
  </message>
  <message>
   <source>give the program the file's path when you start it, or start it with a higher limit.</source>
   <translation>Geben Sie dem Programm beim Start den Pfad der Datei, oder starten Sie es mit einer höheren Grenze.</translation>
  </message>
  <message>
   <source>These are more than {limit} files:</source>
   <translation>Das sind mehr als {limit} Dateien:</translation>
  </message>
  <message>
   <source>choose one series.</source>
   <translation>Wählen Sie eine Serie.</translation>
  </message>
  <message>
   <source>No file was sent:</source>
   <translation>Keine Datei wurde gesendet:</translation>
  </message>
  <message>
   <source>choose one again.</source>
   <translation>Wählen Sie noch einmal eine.</translation>
  </message>
  <message>
   <source>These files are no DICOM series:</source>
   <translation>Diese Dateien sind keine DICOM-Serie:</translation>
  </message>
  <message>
   <source>choose one NIfTI or NRRD file, or the slices of one series.</source>
   <translation>Wählen Sie eine NIfTI- oder NRRD-Datei oder die Schichten einer Serie.</translation>
  </message>
  <message>
   <source>{name} is a scene for 3D Slicer:</source>
   <translation>{name} ist eine Szene für 3D Slicer:</translation>
  </message>
  <message>
   <source>here open the QSM, then the labels saved as NIfTI or .seg.nrrd.</source>
   <translation>Öffnen Sie hier das QSM, dann die als NIfTI oder .seg.nrrd gespeicherten Labels.</translation>
  </message>
  <message>
   <source>{name} is a NRRD file by its content:</source>
   <translation>{name} ist dem Inhalt nach eine NRRD-Datei:</translation>
  </message>
  <message>
   <source>give it a name that ends with .nrrd.</source>
   <translation>Geben Sie ihr einen Namen, der auf .nrrd endet.</translation>
  </message>
  <message>
   <source>{name} is a header whose voxels lie in another file:</source>
   <translation>{name} ist ein Header, dessen Voxel in einer anderen Datei liegen:</translation>
  </message>
  <message>
   <source>save the image as one .nrrd or .nii.gz file.</source>
   <translation>Speichern Sie das Bild als eine Datei .nrrd oder .nii.gz.</translation>
  </message>
  <message>
   <source>{name} holds more than {limit} files:</source>
   <translation>{name} enthält mehr als {limit} Dateien:</translation>
  </message>
  <message>
   <source>give one series.</source>
   <translation>Geben Sie eine Serie.</translation>
  </message>
  <message>
   <source>{name} cannot be unpacked ({reason}):</source>
   <translation>{name} kann nicht entpackt werden ({reason}):</translation>
  </message>
  <message>
   <source>make the zip archive again.</source>
   <translation>Erstellen Sie das Zip-Archiv neu.</translation>
  </message>
  <message>
   <source>{name} is empty:</source>
   <translation>{name} ist leer:</translation>
  </message>
  <message>
   <source>put the DICOM files of one series into it.</source>
   <translation>Legen Sie die DICOM-Dateien einer Serie hinein.</translation>
  </message>
  <message>
   <source>Open the QSM volume first, then the segmentation that belongs to it.</source>
   <translation>Öffnen Sie zuerst das QSM-Volumen, dann die Segmentierung dazu.</translation>
  </message>
  <message>
   <source>{name} holds no structure:</source>
   <translation>{name} enthält keine Struktur:</translation>
  </message>
  <message>
   <source>give a segmentation that does.</source>
   <translation>Geben Sie eine Segmentierung, die welche enthält.</translation>
  </message>
  <message>
   <source>The segmentation had another grid and was brought to that of the volume (nearest neighbour).</source>
   <translation>Die Segmentierung hatte ein anderes Gitter und wurde auf das des Volumens gebracht (nächster Nachbar).</translation>
  </message>
  <message>
   <source>The unit of {name} is not plain from its values: they are taken as {unit}, as chosen under Units.</source>
   <translation>Die Einheit von {name} ist aus den Werten nicht klar: Sie gelten als {unit}, wie unter Einheit gewählt.</translation>
  </message>
  <message>
   <source>The labels were edited while the run went on, so they stay; those of the run are hidden in the scene (.mrb):</source>
   <translation>Die Labels wurden während des Laufs bearbeitet und bleiben deshalb; die des Laufs liegen verborgen in der Szene (.mrb):</translation>
  </message>
  <message>
   <source>click Segment again to replace the edited ones.</source>
   <translation>Klicken Sie noch einmal auf Segmentieren, um die bearbeiteten zu ersetzen.</translation>
  </message>
  <message>
   <source>Click Segment to label by this protocol.</source>
   <translation>Klicken Sie auf Segmentieren, um nach diesem Protokoll zu labeln.</translation>
  </message>
  <message>
   <source>The labels were edited, so they stay:</source>
   <translation>Die Labels wurden bearbeitet und bleiben deshalb:</translation>
  </message>
  <message>
   <source>click Segment to replace them by those of this protocol.</source>
   <translation>Klicken Sie auf Segmentieren, um sie durch die dieses Protokolls zu ersetzen.</translation>
  </message>
  <message>
   <source>There is no export named {name}:</source>
   <translation>Es gibt keinen Export namens {name}:</translation>
  </message>
  <message>
   <source>reload the page.</source>
   <translation>Laden Sie die Seite neu.</translation>
  </message>
  <message>
   <source>There is nothing to save yet:</source>
   <translation>Es gibt noch nichts zu speichern:</translation>
  </message>
  <message>
   <source>open a QSM volume first.</source>
   <translation>Öffnen Sie zuerst ein QSM-Volumen.</translation>
  </message>
  <message>
   <source>There are no labels yet:</source>
   <translation>Es gibt noch keine Labels:</translation>
  </message>
  <message>
   <source>click Segment, paint, or open a segmentation.</source>
   <translation>Klicken Sie auf Segmentieren, malen Sie, oder öffnen Sie eine Segmentierung.</translation>
  </message>
  <message>
   <source>The file could not be opened.</source>
   <translation>Die Datei konnte nicht geöffnet werden.</translation>
  </message>
  <message>
   <source>The file could not be made:</source>
   <translation>Die Datei konnte nicht erstellt werden:</translation>
  </message>
  <message>
   <source>see the program's own window.</source>
   <translation>Sehen Sie im Fenster des Programms nach.</translation>
  </message>
  <message>
   <source>Nothing speaks against these numbers as a whole; the flags tell of single structures.</source>
   <translation>Nichts spricht gegen diese Zahlen im Ganzen; die Hinweise betreffen einzelne Strukturen.</translation>
  </message>
  <message>
   <source>These numbers are doubtful, and must not be used before somebody has looked.</source>
   <translation>Diese Zahlen sind zweifelhaft und dürfen nicht verwendet werden, ehe jemand nachgesehen hat.</translation>
  </message>
  <message>
   <source>The run failed, and there are no numbers.</source>
   <translation>Der Lauf ist gescheitert, und es gibt keine Zahlen.</translation>
  </message>
  <message>
   <source>The orientation is probably wrong: the network is sure of {sure} of {structures} structures in the map as its header says, and of {sure_turned} in the map {change}. Which side is left is then unknown:</source>
   <translation>Die Orientierung ist wahrscheinlich falsch: Das Netz ist sich bei {sure} von {structures} Strukturen der Karte sicher, wie der Header sie legt, und bei {sure_turned} der Karte {change}. Welche Seite links ist, ist dann unbekannt:</translation>
  </message>
  <message>
   <source>find out how the array lies, and give the true axis codes.</source>
   <translation>Finden Sie heraus, wie das Array liegt, und geben Sie die wahren Achsencodes an.</translation>
  </message>
  <message>
   <source>The network is less sure than of any good map (of {sure} of {structures} structures, {confidence:.0f} % on average, 76 to 86 % in good ones): another kind of image, no whole head, much noise, or a head unlike those that it learnt;</source>
   <translation>Das Netz ist sich weniger sicher als bei jeder guten Karte ({sure} von {structures} Strukturen, im Mittel {confidence:.0f} %, bei guten 76 bis 86 %): eine andere Art Bild, kein ganzer Kopf, viel Rauschen oder ein Kopf anders als die gelernten;</translation>
  </message>
  <message>
   <source>{absent} of {structures} structures were not found ({names}): a part of the head, or no head;</source>
   <translation>{absent} von {structures} Strukturen wurden nicht gefunden ({names}): ein Teil des Kopfes oder kein Kopf;</translation>
  </message>
  <message>
   <source>A tenth or more of these structures lies where the map holds no values, outside the brain or masked to 0, and what stands there is averaged in ({names}):</source>
   <translation>Ein Zehntel oder mehr dieser Strukturen liegt, wo die Karte keine Werte hat, außerhalb des Gehirns oder auf 0 maskiert, und was dort steht, geht in den Mittelwert ein ({names}):</translation>
  </message>
  <message>
   <source>The brain is cut off where these structures go on ({names}): their volumes and means are those of a part;</source>
   <translation>Das Gehirn ist abgeschnitten, wo diese Strukturen weitergehen ({names}): Volumina und Mittelwerte sind die eines Teils;</translation>
  </message>
  <message>
   <source>measure an image that holds them whole.</source>
   <translation>messen Sie ein Bild, das sie ganz enthält.</translation>
  </message>
  <message>
   <source>The brain's {one} half has other values than its {other} half (middle {middle:.0f} and {other_middle:.0f} ppb, quartiles {spread:.0f} and {other_spread:.0f} ppb apart): a ramp, gain or noise on one side, part of another image;</source>
   <translation>Das Gehirn hat {one} andere Werte als {other} (Mitte {middle:.0f} und {other_middle:.0f} ppb, Quartile {spread:.0f} und {other_spread:.0f} ppb auseinander): ein Gefälle, Verstärkung oder Rauschen auf einer Seite, ein Teil eines anderen Bildes;</translation>
  </message>
  <message>
   <source>Values are cut off at {low:.4g} and {high:.4g} ppb: many voxels have exactly the smallest or the largest value, so the means are no longer those of the map;</source>
   <translation>Die Werte sind bei {low:.4g} und {high:.4g} ppb abgeschnitten: Viele Voxel haben genau den kleinsten oder größten Wert, die Mittelwerte sind also nicht mehr die der Karte;</translation>
  </message>
  <message>
   <source>export the map again with its full range.</source>
   <translation>exportieren Sie die Karte noch einmal mit ihrem ganzen Bereich.</translation>
  </message>
  <message>
   <source>{share:.0f} % of the brain's voxels are exactly 0: parts of it are masked away, and means may hold their zeros;</source>
   <translation>{share:.0f} % der Voxel des Gehirns sind genau 0: Teile sind wegmaskiert, und Mittelwerte können diese Nullen enthalten;</translation>
  </message>
  <message>
   <source>look at the mask, or give the map before masking.</source>
   <translation>sehen Sie sich die Maske an, oder geben Sie die Karte vor der Maskierung.</translation>
  </message>
  <message>
   <source>The map has only {count} different values among the middle 98 % of the brain's, too few for means:</source>
   <translation>Die Karte hat unter den mittleren 98 % des Gehirns nur {count} verschiedene Werte, zu wenige für Mittelwerte:</translation>
  </message>
  <message>
   <source>export it again as floating-point numbers, or in ppb.</source>
   <translation>Exportieren Sie sie noch einmal als Gleitkommazahlen oder in ppb.</translation>
  </message>
  <message>
   <source>How far the {nucleus} stands out cannot be told, for it or its surroundings hold no values;</source>
   <translation>Wie weit sich die Struktur {nucleus} abhebt, ist nicht zu sagen, denn sie oder ihre Umgebung hat keine Werte;</translation>
  </message>
  <message>
   <source>The labelled structures hardly stand out from their surroundings (by {contrast:.0f} ppb on average): no QSM, or misplaced labels;</source>
   <translation>Die gelabelten Strukturen heben sich kaum von ihrer Umgebung ab (im Mittel um {contrast:.0f} ppb): kein QSM oder verschobene Labels;</translation>
  </message>
  <message>
   <source>The {nucleus} stands out by {low:.0f} ppb on one side and by {high:.0f} ppb on the other:</source>
   <translation>Die Struktur {nucleus} hebt sich auf einer Seite um {low:.0f} ppb ab und auf der anderen um {high:.0f} ppb:</translation>
  </message>
  <message>
   <source>This is probably a map of the field (a local field or phase image), for its spectrum is that of a dipole; the {nucleus} stands out by {contrast:.0f} ppb, and in a QSM by 60 to 250:</source>
   <translation>Das ist wahrscheinlich eine Karte des Feldes (lokales Feld oder Phase), denn ihr Spektrum ist das eines Dipols; die Struktur {nucleus} hebt sich um {contrast:.0f} ppb ab, in einem QSM um 60 bis 250:</translation>
  </message>
  <message>
   <source>give the susceptibility map, which is made from the field by dipole inversion.</source>
   <translation>Geben Sie die Suszeptibilitätskarte, die durch Dipolinversion aus dem Feld entsteht.</translation>
  </message>
  <message>
   <source>The {nucleus} hardly stands out from its surroundings (by {contrast:.0f} ppb, {share:.1f} times the spread of the brain's values; in a QSM by 60 to 250 ppb, 2 to 5 times): no QSM, or misplaced labels;</source>
   <translation>Die Struktur {nucleus} hebt sich kaum von ihrer Umgebung ab (um {contrast:.0f} ppb, das {share:.1f}-Fache der Streuung der Werte im Gehirn; in einem QSM um 60 bis 250 ppb, das 2- bis 5-Fache): kein QSM oder verschobene Labels;</translation>
  </message>
  <message>
   <source>The {nucleus} stands out from its surroundings by {contrast:g} ppb, and in a QSM by 60 to 250: the values may be {guesses:, or };</source>
   <translation>Die Struktur {nucleus} hebt sich um {contrast:g} ppb von ihrer Umgebung ab, in einem QSM um 60 bis 250: Die Werte sind vielleicht {guesses:, oder };</translation>
  </message>
  <message>
   <source>bring them to ppm or ppb and run again.</source>
   <translation>bringen Sie sie auf ppm oder ppb, und starten Sie den Lauf neu.</translation>
  </message>
  <message>
   <source>The middle of the brain's values is {middle:.0f} ppb, where it should be near 0: a constant was added to the map;</source>
   <translation>Die Mitte der Werte des Gehirns ist {middle:.0f} ppb, wo sie nahe 0 sein sollte: Zur Karte wurde eine Konstante addiert;</translation>
  </message>
  <message>
   <source>subtract it from all voxels in the brain ({stored:.6g} in the file's own values), and run again.</source>
   <translation>ziehen Sie sie von allen Voxeln im Gehirn ab ({stored:.6g} in den Werten der Datei), und starten Sie den Lauf neu.</translation>
  </message>
  <message>
   <source>The nuclei lie otherwise against each other than in a head ({residual:.0f} mm from an atlas on average, at most {limit:.0f} expected);</source>
   <translation>Die Kerne liegen anders zueinander als in einem Kopf (im Mittel {residual:.0f} mm von einem Atlas, erwartet höchstens {limit:.0f});</translation>
  </message>
  <message>
   <source>look at the picture, and check the voxel size and which labels these are.</source>
   <translation>sehen Sie sich das Bild an, und prüfen Sie die Voxelgröße und welche Labels das sind.</translation>
  </message>
  <message>
   <source>The head is turned by {degrees:.0f} degrees against the axes that its header names; left, front and above may be mixed up:</source>
   <translation>Der Kopf ist um {degrees:.0f} Grad gegen die Achsen gedreht, die sein Header nennt; links, vorn und oben sind vielleicht vertauscht:</translation>
  </message>
  <message>
   <source>check the orientation in a viewer.</source>
   <translation>Prüfen Sie die Orientierung in einem Bildbetrachter.</translation>
  </message>
  <message>
   <source>{path}: the left structures lie on the right of the head: the sides of the labels or the header are exchanged;</source>
   <translation>{path}: Die linken Strukturen liegen rechts im Kopf: Die Seiten der Labels oder der Header sind vertauscht;</translation>
  </message>
  <message>
   <source>check which side is left.</source>
   <translation>prüfen Sie, welche Seite links ist.</translation>
  </message>
  <message>
   <source>The left structures lie on the right of the head: the sides of the labels or the header are exchanged;</source>
   <translation>Die linken Strukturen liegen rechts im Kopf: Die Seiten der Labels oder der Header sind vertauscht;</translation>
  </message>
  <message>
   <source>{one} and {other} lie where the other one should, against the rest of the nuclei: their names or numbers are exchanged;</source>
   <translation>{one} und {other} liegen dort, wo nach den übrigen Kernen die jeweils andere liegen sollte: Ihre Namen oder Nummern sind vertauscht;</translation>
  </message>
  <message>
   <source>look at the picture, and check which structure is which.</source>
   <translation>sehen Sie sich das Bild an, und prüfen Sie, welche Struktur welche ist.</translation>
  </message>
  <message>
   <source>These structures lie on the other side of the brain than their names say ({names}):</source>
   <translation>Diese Strukturen liegen auf der anderen Seite des Gehirns, als ihre Namen sagen ({names}):</translation>
  </message>
  <message>
   <source>These structures lie where they lie in no head, seen from above ({names}):</source>
   <translation>Diese Strukturen liegen, von oben gesehen, wo sie in keinem Kopf liegen ({names}):</translation>
  </message>
  <message>
   <source>check which structure the mask holds, and look at the picture.</source>
   <translation>Prüfen Sie, welche Struktur die Maske enthält, und sehen Sie sich das Bild an.</translation>
  </message>
  <message>
   <source>The labels fit the map better when they are moved by {shift:.0f} mm {direction: and } (contrast of the nuclei {here:.0f} ppb where they lie, {there:.0f} ppb there): they belong to another image, or their header is wrong;</source>
   <translation>Die Labels passen besser zur Karte, wenn man sie um {shift:.0f} mm nach {direction: und } verschiebt (Kontrast der Kerne hier {here:.0f} ppb, dort {there:.0f} ppb): Sie gehören zu einem anderen Bild, oder ihr Header ist falsch;</translation>
  </message>
  <message>
   <source>look at the picture before you use the numbers.</source>
   <translation>sehen Sie sich das Bild an, ehe Sie die Zahlen verwenden.</translation>
  </message>
  <message>
   <source>{path} does not exist:</source>
   <translation>{path} gibt es nicht:</translation>
  </message>
  <message>
   <source>check the path.</source>
   <translation>Prüfen Sie den Pfad.</translation>
  </message>
  <message>
   <source>{path} is empty:</source>
   <translation>{path} ist leer:</translation>
  </message>
  <message>
   <source>copy or export it again.</source>
   <translation>Kopieren oder exportieren Sie die Datei noch einmal.</translation>
  </message>
  <message>
   <source>{path} cannot be opened (no permission):</source>
   <translation>{path} kann nicht geöffnet werden (kein Recht dazu):</translation>
  </message>
  <message>
   <source>change its permissions or copy it.</source>
   <translation>Ändern Sie die Rechte, oder kopieren Sie die Datei.</translation>
  </message>
  <message>
   <source>{path} cannot be read ({reason}):</source>
   <translation>{path} kann nicht gelesen werden ({reason}):</translation>
  </message>
  <message>
   <source>{path} is a pipe, a socket or a device, not a file:</source>
   <translation>{path} ist eine Pipe, ein Socket oder ein Gerät, keine Datei:</translation>
  </message>
  <message>
   <source>save what it gives to a file first.</source>
   <translation>Speichern Sie zuerst in eine Datei, was von dort kommt.</translation>
  </message>
  <message>
   <source>{path} is neither NIfTI nor NRRD, whatever its name says, or it is cut:</source>
   <translation>{path} ist weder NIfTI noch NRRD, was der Name auch sagt, oder abgeschnitten:</translation>
  </message>
  <message>
   <source>{path} does not fit into memory:</source>
   <translation>{path} passt nicht in den Arbeitsspeicher:</translation>
  </message>
  <message>
   <source>check that it holds one brain volume.</source>
   <translation>Prüfen Sie, ob die Datei ein Volumen eines Gehirns enthält.</translation>
  </message>
  <message>
   <source>{path} cannot be opened ({reason}):</source>
   <translation>{path} kann nicht geöffnet werden ({reason}):</translation>
  </message>
  <message>
   <source>change its permissions.</source>
   <translation>Ändern Sie die Rechte.</translation>
  </message>
  <message>
   <source>{path} is a link to {target}, which is not there:</source>
   <translation>{path} ist ein Link auf {target}, und das gibt es nicht:</translation>
  </message>
  <message>
   <source>mend the link.</source>
   <translation>Reparieren Sie den Link.</translation>
  </message>
  <message>
   <source>{path} is only a Git LFS pointer, without the content:</source>
   <translation>{path} ist nur ein Zeiger von Git LFS, ohne den Inhalt:</translation>
  </message>
  <message>
   <source>run git lfs pull, then again.</source>
   <translation>Führen Sie git lfs pull aus, dann versuchen Sie es wieder.</translation>
  </message>
  <message>
   <source>{path} is only a link to git-annex' (DataLad's) content, which is not here:</source>
   <translation>{path} ist nur ein Link auf Inhalt von git-annex (DataLad), der nicht hier ist:</translation>
  </message>
  <message>
   <source>run datalad get {path}, then again.</source>
   <translation>Führen Sie datalad get {path} aus, dann versuchen Sie es wieder.</translation>
  </message>
  <message>
   <source>Two outputs have the same name:</source>
   <translation>Zwei Ausgaben haben denselben Namen:</translation>
  </message>
  <message>
   <source>give each a file of its own.</source>
   <translation>Geben Sie jeder eine eigene Datei.</translation>
  </message>
  <message>
   <source>The name of {path!r} is no UTF-8 text, so that no table could tell it:</source>
   <translation>Der Name von {path!r} ist kein UTF-8-Text, keine Tabelle könnte ihn nennen:</translation>
  </message>
  <message>
   <source>rename the file.</source>
   <translation>Benennen Sie die Datei um.</translation>
  </message>
  <message>
   <source>The name {path} is too long ({length} bytes, here at most {longest}):</source>
   <translation>Der Name {path} ist zu lang ({length} Bytes, hier höchstens {longest}):</translation>
  </message>
  <message>
   <source>rename the image.</source>
   <translation>Benennen Sie das Bild um.</translation>
  </message>
  <message>
   <source>{path} is a folder:</source>
   <translation>{path} ist ein Ordner:</translation>
  </message>
  <message>
   <source>give another name for the output.</source>
   <translation>Geben Sie einen anderen Namen für die Ausgabe.</translation>
  </message>
  <message>
   <source>{path} exists already:</source>
   <translation>{path} gibt es schon:</translation>
  </message>
  <message>
   <source>Another run is writing the results of {name} in {path}:</source>
   <translation>Ein anderer Lauf schreibt die Ergebnisse von {name} in {path}:</translation>
  </message>
  <message>
   <source>wait until it ends, or choose another output folder.</source>
   <translation>Warten Sie, bis er beendet ist, oder wählen Sie einen anderen Ausgabeordner.</translation>
  </message>
  <message>
   <source>{path}: a run on {name} was stopped amid the writing of its results, which were brought to their places now.</source>
   <translation>{path}: Ein Lauf für {name} wurde beim Schreiben seiner Ergebnisse unterbrochen; sie wurden nun an ihren Platz gebracht.</translation>
  </message>
  <message>
   <source>{path}: the results of {name} are being written, or a run was stopped amid it; they may not belong together.</source>
   <translation>{path}: Die Ergebnisse von {name} werden gerade geschrieben, oder ein Lauf wurde dabei unterbrochen; sie gehören vielleicht nicht zusammen.</translation>
  </message>
  <message>
   <source>{path} names {name!r}, which is no file of its own:</source>
   <translation>{path} nennt {name!r}, was keine eigene Datei ist:</translation>
  </message>
  <message>
   <source>remove that folder.</source>
   <translation>Entfernen Sie diesen Ordner.</translation>
  </message>
  <message>
   <source>{path} is a file, so {folder} cannot be an output folder:</source>
   <translation>{path} ist eine Datei, daher kann {folder} kein Ausgabeordner sein:</translation>
  </message>
  <message>
   <source>choose another one.</source>
   <translation>Wählen Sie einen anderen.</translation>
  </message>
  <message>
   <source>This cannot be saved as {name}:</source>
   <translation>Das kann nicht als {name} gespeichert werden:</translation>
  </message>
  <message>
   <source>choose a name that ends in {suffixes: or }.</source>
   <translation>Wählen Sie einen Namen, der auf {suffixes: oder } endet.</translation>
  </message>
  <message>
   <source>There is no folder {path}:</source>
   <translation>Es gibt keinen Ordner {path}:</translation>
  </message>
  <message>
   <source>choose one that exists.</source>
   <translation>Wählen Sie einen, den es gibt.</translation>
  </message>
  <message>
   <source>Nothing can be written into {path} ({reason}):</source>
   <translation>In {path} kann nichts geschrieben werden ({reason}):</translation>
  </message>
  <message>
   <source>choose another output folder.</source>
   <translation>Wählen Sie einen anderen Ausgabeordner.</translation>
  </message>
  <message>
   <source>{path} could not be written because the disk is full:</source>
   <translation>{path} konnte nicht geschrieben werden, weil der Datenträger voll ist:</translation>
  </message>
  <message>
   <source>free some space and run again.</source>
   <translation>Schaffen Sie Platz, und versuchen Sie es wieder.</translation>
  </message>
  <message>
   <source>{path} could not be written ({reason}):</source>
   <translation>{path} konnte nicht geschrieben werden ({reason}):</translation>
  </message>
  <message>
   <source>check the disk and run again.</source>
   <translation>Prüfen Sie den Datenträger, und versuchen Sie es wieder.</translation>
  </message>
  <message>
   <source>{path} cannot be written ({reason}):</source>
   <translation>{path} kann nicht geschrieben werden ({reason}):</translation>
  </message>
  <message>
   <source>The lookup table of {labels} would replace {path}, which is another table:</source>
   <translation>Die Zuordnungstabelle von {labels} würde {path} ersetzen, eine andere Tabelle:</translation>
  </message>
  <message>
   <source>What is to be known of the table {table} would replace {path}, which is another file:</source>
   <translation>Was zur Tabelle {table} zu wissen ist, würde {path} ersetzen, eine andere Datei:</translation>
  </message>
  <message>
   <source>The table {path} cannot be read ({reason}):</source>
   <translation>Die Tabelle {path} kann nicht gelesen werden ({reason}):</translation>
  </message>
  <message>
   <source>give a UTF-8 .tsv or .csv file.</source>
   <translation>Geben Sie eine UTF-8-Datei .tsv oder .csv.</translation>
  </message>
  <message>
   <source>The table {path} is empty:</source>
   <translation>Die Tabelle {path} ist leer:</translation>
  </message>
  <message>
   <source>give one with a header line.</source>
   <translation>Geben Sie eine mit einer Kopfzeile.</translation>
  </message>
  <message>
   <source>The table {path} has {cells} cells in line {number} and {columns} columns:</source>
   <translation>Die Tabelle {path} hat in Zeile {number} {cells} Zellen und {columns} Spalten:</translation>
  </message>
  <message>
   <source>check its separator (.csv comma, .tsv tab).</source>
   <translation>Prüfen Sie ihr Trennzeichen (.csv Komma, .tsv Tabulator).</translation>
  </message>
  <message>
   <source>A table cannot become {name}:</source>
   <translation>Aus einer Tabelle kann nicht {name} werden:</translation>
  </message>
  <message>
   <source>choose a name with .tsv or .csv.</source>
   <translation>Wählen Sie einen Namen mit .tsv oder .csv.</translation>
  </message>
  <message>
   <source>{what} is no readable JSON ({reason});</source>
   <translation>{what} ist kein lesbares JSON ({reason});</translation>
  </message>
  <message>
   <source>correct it or make it again.</source>
   <translation>korrigieren Sie es, oder erstellen Sie es neu.</translation>
  </message>
  <message>
   <source>{what}: '{place}' is missing;</source>
   <translation>{what}: '{place}' fehlt;</translation>
  </message>
  <message>
   <source>add it.</source>
   <translation>fügen Sie es hinzu.</translation>
  </message>
  <message>
   <source>{name} must be one of {choices}, not {given};</source>
   <translation>{name} muss eines von {choices} sein, nicht {given};</translation>
  </message>
  <message>
   <source>correct it.</source>
   <translation>korrigieren Sie es.</translation>
  </message>
  <message>
   <source>{name} must be {wanted}, not {given};</source>
   <translation>{name} muss {wanted} sein, nicht {given};</translation>
  </message>
  <message>
   <source>{name} is refused: {reason};</source>
   <translation>{name} wird abgelehnt: {reason};</translation>
  </message>
  <message>
   <source>{what} is nested too deeply or holds numbers that are too large;</source>
   <translation>{what} ist zu tief verschachtelt oder enthält zu große Zahlen;</translation>
  </message>
  <message>
   <source>{what}: '{place}' is no known setting;</source>
   <translation>{what}: '{place}' ist keine bekannte Einstellung;</translation>
  </message>
  <message>
   <source>those known here are {choices}.</source>
   <translation>bekannt sind hier {choices}.</translation>
  </message>
  <message>
   <source>{where} can make no file name;</source>
   <translation>Aus {where} lässt sich kein Dateiname bilden;</translation>
  </message>
  <message>
   <source>use the letters a to z and digits.</source>
   <translation>verwenden Sie die Buchstaben a bis z und Ziffern.</translation>
  </message>
  <message>
   <source>{path} names another subject or session than its folder:</source>
   <translation>{path} nennt eine andere Person oder Sitzung als ihr Ordner:</translation>
  </message>
  <message>
   <source>rename or move it.</source>
   <translation>Benennen Sie die Datei um, oder verschieben Sie sie.</translation>
  </message>
  <message>
   <source>{path} holds no sub-*/anat/*_Chimap.nii.gz, and {elsewhere} does:</source>
   <translation>{path} enthält kein sub-*/anat/*_Chimap.nii.gz, {elsewhere} aber schon:</translation>
  </message>
  <message>
   <source>give that folder.</source>
   <translation>Geben Sie diesen Ordner.</translation>
  </message>
  <message>
   <source>{path}: {text} could be {names: or }, and is left out:</source>
   <translation>{path}: {text} könnte {names: oder } sein und wird ausgelassen:</translation>
  </message>
  <message>
   <source>write the whole name.</source>
   <translation>Schreiben Sie den ganzen Namen.</translation>
  </message>
  <message>
   <source>{path}: {rows} of no subject of this folder.</source>
   <translation>{path}: {rows} gehören zu keiner Person dieses Ordners.</translation>
  </message>
  <message>
   <source>{path}: no row for {subjects}.</source>
   <translation>{path}: keine Zeile für {subjects}.</translation>
  </message>
  <message>
   <source>{path}: several rows for {subjects}; where they differ, neither counts.</source>
   <translation>{path}: mehrere Zeilen für {subjects}; wo sie sich unterscheiden, zählt keine.</translation>
  </message>
  <message>
   <source>{path}: {ages} cannot be read and count as unknown.</source>
   <translation>{path}: {ages} sind nicht lesbar und gelten als unbekannt.</translation>
  </message>
  <message>
   <source>{path}: {ages} taken as the number, though a bound.</source>
   <translation>{path}: {ages} wird als die Zahl genommen, obwohl es eine Grenze ist.</translation>
  </message>
  <message>
   <source>{name}: more than one label file ({names});</source>
   <translation>{name}: mehr als eine Label-Datei ({names});</translation>
  </message>
  <message>
   <source>keep one, or use a TSV table to choose.</source>
   <translation>behalten Sie eine, oder wählen Sie mit einer TSV-Tabelle.</translation>
  </message>
  <message>
   <source>{path} is a file:</source>
   <translation>{path} ist eine Datei:</translation>
  </message>
  <message>
   <source>give a folder for the derivatives.</source>
   <translation>Geben Sie einen Ordner für die Ergebnisse (derivatives).</translation>
  </message>
  <message>
   <source>{path} is the folder of the images:</source>
   <translation>{path} ist der Ordner der Bilder:</translation>
  </message>
  <message>
   <source>give another one, for example {suggested}.</source>
   <translation>Geben Sie einen anderen, zum Beispiel {suggested}.</translation>
  </message>
  <message>
   <source>{path} already holds subjects of something else:</source>
   <translation>{path} enthält schon Personen von etwas anderem:</translation>
  </message>
  <message>
   <source>give a folder of its own.</source>
   <translation>Geben Sie einen eigenen Ordner.</translation>
  </message>
  <message>
   <source>{path} cannot be read:</source>
   <translation>{path} ist nicht lesbar:</translation>
  </message>
  <message>
   <source>give another output folder.</source>
   <translation>Geben Sie einen anderen Ausgabeordner.</translation>
  </message>
  <message>
   <source>{path} belongs to another dataset ({name}):</source>
   <translation>{path} gehört zu einem anderen Datensatz ({name}):</translation>
  </message>
  <message>
   <source>The run was cancelled; nothing was written.</source>
   <translation>Der Lauf wurde abgebrochen; nichts wurde geschrieben.</translation>
  </message>
  <message>
   <source>The computer ran out of memory:</source>
   <translation>Der Arbeitsspeicher des Computers ist voll:</translation>
  </message>
  <message>
   <source>close other programs or choose a smaller model, then try again.</source>
   <translation>Schließen Sie andere Programme, oder wählen Sie ein kleineres Modell, dann versuchen Sie es wieder.</translation>
  </message>
  <message>
   <source>The segmentation process does not find {package}, a part of DGMSegmentation itself:</source>
   <translation>Der Segmentierungsprozess findet {package} nicht, einen Teil von DGMSegmentation selbst:</translation>
  </message>
  <message>
   <source>install DGMSegmentation again.</source>
   <translation>Installieren Sie DGMSegmentation noch einmal.</translation>
  </message>
  <message>
   <source>install the extension again, or add its whole checkout, not only one folder of it.</source>
   <translation>Installieren Sie die Erweiterung noch einmal, oder fügen Sie ihren ganzen Ordner hinzu, nicht nur einen Teil.</translation>
  </message>
  <message>
   <source>The Python package {package} is missing:</source>
   <translation>Das Python-Paket {package} fehlt:</translation>
  </message>
  <message>
   <source>install it with: pip install {package}.</source>
   <translation>Installieren Sie es mit: pip install {package}.</translation>
  </message>
  <message>
   <source>install it with the button Install in the panel.</source>
   <translation>Installieren Sie es mit dem Knopf Installieren im Panel.</translation>
  </message>
  <message>
   <source>install DGMSegmentation with the extra app again.</source>
   <translation>Installieren Sie DGMSegmentation mit dem Extra app noch einmal.</translation>
  </message>
  <message>
   <source>The file {path} could not be read or written ({reason}):</source>
   <translation>Die Datei {path} konnte nicht gelesen oder geschrieben werden ({reason}):</translation>
  </message>
  <message>
   <source>check the disk and try again.</source>
   <translation>Prüfen Sie den Datenträger, und versuchen Sie es wieder.</translation>
  </message>
  <message>
   <source>A file could not be read or written ({reason}):</source>
   <translation>Eine Datei konnte nicht gelesen oder geschrieben werden ({reason}):</translation>
  </message>
  <message>
   <source>{path} cannot be reached ({reason}):</source>
   <translation>{path} ist nicht erreichbar ({reason}):</translation>
  </message>
  <message>
   <source>check the path and its permissions.</source>
   <translation>Prüfen Sie den Pfad und seine Rechte.</translation>
  </message>
  <message>
   <source>{step} failed</source>
   <translation>{step} ist gescheitert</translation>
  </message>
  <message>
   <source>({type}: {text}); please report it.</source>
   <translation>({type}: {text}); bitte melden Sie das.</translation>
  </message>
  <message>
   <source>({type}): see Details and report it with the log.</source>
   <translation>({type}): Sehen Sie unter Einzelheiten nach, und melden Sie es mit dem Log.</translation>
  </message>
  <message>
   <source>{path} is a segmentation (label map), not an image:</source>
   <translation>{path} ist eine Segmentierung (Labelkarte), kein Bild:</translation>
  </message>
  <message>
   <source>give the QSM itself.</source>
   <translation>Geben Sie das QSM selbst.</translation>
  </message>
  <message>
   <source>{path} is not a NIfTI, NRRD or DICOM image:</source>
   <translation>{path} ist kein NIfTI-, NRRD- oder DICOM-Bild:</translation>
  </message>
  <message>
   <source>give one of these.</source>
   <translation>Geben Sie eines davon.</translation>
  </message>
  <message>
   <source>{path} holds {kind}:</source>
   <translation>{path} enthält {kind}:</translation>
  </message>
  <message>
   <source>give a QSM with one real number per voxel.</source>
   <translation>Geben Sie ein QSM mit einer reellen Zahl je Voxel.</translation>
  </message>
  <message>
   <source>{path} ends too early or is damaged:</source>
   <translation>{path} endet zu früh oder ist beschädigt:</translation>
  </message>
  <message>
   <source>{path} holds no voxels (its size is {size: x }):</source>
   <translation>{path} enthält keine Voxel (Größe {size: x }):</translation>
  </message>
  <message>
   <source>export the image again.</source>
   <translation>Exportieren Sie das Bild noch einmal.</translation>
  </message>
  <message>
   <source>{path} holds {count} volumes ({size: x }):</source>
   <translation>{path} enthält {count} Volumen ({size: x }):</translation>
  </message>
  <message>
   <source>give a file with one 3-D volume.</source>
   <translation>Geben Sie eine Datei mit einem 3-D-Volumen.</translation>
  </message>
  <message>
   <source>{path} is {dimensions}-D ({size: x } voxels):</source>
   <translation>{path} ist {dimensions}-D ({size: x } Voxel):</translation>
  </message>
  <message>
   <source>give a 3-D volume.</source>
   <translation>Geben Sie ein 3-D-Volumen.</translation>
  </message>
  <message>
   <source>The header of {path} gives no valid voxel positions (its affine has no volume):</source>
   <translation>Der Header von {path} gibt keine gültigen Orte der Voxel (seine affine Matrix hat kein Volumen):</translation>
  </message>
  <message>
   <source>{path} is {size: x } voxels by its header, and no more than {limit} are read:</source>
   <translation>{path} hat nach dem Header {size: x } Voxel, und mehr als {limit} werden nicht gelesen:</translation>
  </message>
  <message>
   <source>check that it holds one head, or set {variable}.</source>
   <translation>Prüfen Sie, ob es ein Kopf ist, oder setzen Sie {variable}.</translation>
  </message>
  <message>
   <source>{path} unpacks to far more than its header says:</source>
   <translation>{path} wird beim Entpacken viel größer, als der Header sagt:</translation>
  </message>
  <message>
   <source>{path} is cut or damaged (gzip):</source>
   <translation>{path} ist abgeschnitten oder beschädigt (gzip):</translation>
  </message>
  <message>
   <source>copy or download it again.</source>
   <translation>Kopieren oder laden Sie die Datei noch einmal.</translation>
  </message>
  <message>
   <source>{path} has a damaged NIfTI header:</source>
   <translation>{path} hat einen beschädigten NIfTI-Header:</translation>
  </message>
  <message>
   <source>{path} is the header of a NIfTI pair (.hdr and .img), which is not read:</source>
   <translation>{path} ist der Header eines NIfTI-Paars (.hdr und .img), das nicht gelesen wird:</translation>
  </message>
  <message>
   <source>save both as one .nii.gz.</source>
   <translation>Speichern Sie beide als eine Datei .nii.gz.</translation>
  </message>
  <message>
   <source>{path} ends too early ({present} bytes of {needed:.0f}):</source>
   <translation>{path} endet zu früh ({present} Bytes von {needed:.0f}):</translation>
  </message>
  <message>
   <source>{path} is not a NIfTI file:</source>
   <translation>{path} ist keine NIfTI-Datei:</translation>
  </message>
  <message>
   <source>give a .nii, .nii.gz, .nrrd or DICOM image.</source>
   <translation>Geben Sie ein Bild .nii, .nii.gz, .nrrd oder DICOM.</translation>
  </message>
  <message>
   <source>{path} has a damaged or unusual NRRD header ({what}):</source>
   <translation>{path} hat einen beschädigten oder ungewöhnlichen NRRD-Header ({what}):</translation>
  </message>
  <message>
   <source>export the image again, for example as .nii.gz.</source>
   <translation>Exportieren Sie das Bild noch einmal, zum Beispiel als .nii.gz.</translation>
  </message>
  <message>
   <source>{path} says that its voxels are written as text, which they are not, or its type cannot hold these numbers:</source>
   <translation>{path} sagt, die Voxel seien als Text geschrieben, und sie sind es nicht, oder der Typ fasst diese Zahlen nicht:</translation>
  </message>
  <message>
   <source>{path} refers to the file {name}, which is not there:</source>
   <translation>{path} verweist auf die Datei {name}, die nicht da ist:</translation>
  </message>
  <message>
   <source>copy it again, with all of its files.</source>
   <translation>Kopieren Sie noch einmal, mit allen Dateien.</translation>
  </message>
  <message>
   <source>{path} takes its voxels from {name!r}, outside its folder:</source>
   <translation>{path} nimmt seine Voxel aus {name!r}, außerhalb seines Ordners:</translation>
  </message>
  <message>
   <source>save the image as one .nrrd file.</source>
   <translation>Speichern Sie das Bild als eine Datei .nrrd.</translation>
  </message>
  <message>
   <source>{name} says nothing about its orientation (sform and qform codes are 0): axes are taken as {axes}, left and right may be swapped.</source>
   <translation>{name} sagt nichts über die Orientierung (Codes von sform und qform sind 0): Die Achsen gelten als {axes}, links und rechts sind vielleicht vertauscht.</translation>
  </message>
  <message>
   <source>{name} has an invalid qform: the sform is used.</source>
   <translation>{name} hat eine ungültige qform: Die sform gilt.</translation>
  </message>
  <message>
   <source>{name}: sform and qform disagree about positions: the sform is used.</source>
   <translation>{name}: sform und qform widersprechen sich bei den Orten: Die sform gilt.</translation>
  </message>
  <message>
   <source>{name} names no anatomical space: its axes are taken as LPS, left and right may be swapped.</source>
   <translation>{name} nennt keinen anatomischen Raum: Die Achsen gelten als LPS, links und rechts sind vielleicht vertauscht.</translation>
  </message>
  <message>
   <source>{path} says nothing about its orientation (sform and qform codes are 0) and has another shape than {image}:</source>
   <translation>{path} sagt nichts über die Orientierung (Codes von sform und qform sind 0) und hat eine andere Form als {image}:</translation>
  </message>
  <message>
   <source>save it with the geometry of the image that it was drawn on.</source>
   <translation>Speichern Sie es mit der Geometrie des Bildes, auf dem es gezeichnet wurde.</translation>
  </message>
  <message>
   <source>{name} is taken voxel by voxel as {image}, for {unsaid} says nothing about its place (codes 0, or no space): look whether the sides are right.</source>
   <translation>{name} gilt Voxel für Voxel als {image}, denn {unsaid} sagt nichts über den Ort (Codes 0 oder kein Raum): Sehen Sie nach, ob die Seiten stimmen.</translation>
  </message>
  <message>
   <source>{name} is taken voxel by voxel as {image}: it lies where the other one of that header's two forms (sform, qform) says, as after re-saving in another program.</source>
   <translation>{name} gilt Voxel für Voxel als {image}: Es liegt, wo die andere der zwei Formen jenes Headers (sform, qform) sagt, wie nach dem Speichern in einem anderen Programm.</translation>
  </message>
  <message>
   <source>{name} has the array of {image} at another place, {shift:.1f} mm away:</source>
   <translation>{name} hat das Array von {image} an einem anderen Ort, {shift:.1f} mm entfernt:</translation>
  </message>
  <message>
   <source>check that its header was not changed, and look at the picture.</source>
   <translation>Prüfen Sie, dass der Header nicht geändert wurde, und sehen Sie sich das Bild an.</translation>
  </message>
  <message>
   <source>{name} has the array of {image} with axes turned round (mirrored):</source>
   <translation>{name} hat das Array von {image} mit umgekehrten Achsen (gespiegelt):</translation>
  </message>
  <message>
   <source>The folder {path} holds no DICOM images:</source>
   <translation>Der Ordner {path} enthält keine DICOM-Bilder:</translation>
  </message>
  <message>
   <source>give a QSM file or a folder of DICOM slices.</source>
   <translation>Geben Sie eine QSM-Datei oder einen Ordner mit DICOM-Schichten.</translation>
  </message>
  <message>
   <source>give a file in it, such as {name}.</source>
   <translation>Geben Sie eine Datei darin, etwa {name}.</translation>
  </message>
  <message>
   <source>The folder {path} holds {count} DICOM series: {names};</source>
   <translation>Der Ordner {path} enthält {count} DICOM-Serien: {names};</translation>
  </message>
  <message>
   <source>give one file of the QSM series.</source>
   <translation>geben Sie eine Datei der QSM-Serie.</translation>
  </message>
  <message>
   <source>Damaged DICOM files in {path} are left out ({names}): if they belong to the series, slices are missing.</source>
   <translation>Beschädigte DICOM-Dateien in {path} bleiben weg ({names}): Wenn sie zur Serie gehören, fehlen Schichten.</translation>
  </message>
  <message>
   <source>The DICOM file {path} holds no image:</source>
   <translation>Die DICOM-Datei {path} enthält kein Bild:</translation>
  </message>
  <message>
   <source>give a file of the QSM series.</source>
   <translation>Geben Sie eine Datei der QSM-Serie.</translation>
  </message>
  <message>
   <source>The DICOM file {path} holds no voxels:</source>
   <translation>Die DICOM-Datei {path} enthält keine Voxel:</translation>
  </message>
  <message>
   <source>The DICOM file {path} stores its values in {bits} bits, which is not read:</source>
   <translation>Die DICOM-Datei {path} speichert ihre Werte in {bits} Bits, was nicht gelesen wird:</translation>
  </message>
  <message>
   <source>export it with 16 bits.</source>
   <translation>Exportieren Sie sie mit 16 Bits.</translation>
  </message>
  <message>
   <source>The voxels of the DICOM file {path} are {present} bytes, where its size asks for {needed}:</source>
   <translation>Die Voxel der DICOM-Datei {path} sind {present} Bytes, wo ihre Größe {needed} verlangt:</translation>
  </message>
  <message>
   <source>The compressed voxels of the DICOM file {path} cannot be unpacked:</source>
   <translation>Die komprimierten Voxel der DICOM-Datei {path} können nicht entpackt werden:</translation>
  </message>
  <message>
   <source>export the series without compression, or as NIfTI.</source>
   <translation>Exportieren Sie die Serie ohne Kompression oder als NIfTI.</translation>
  </message>
  <message>
   <source>The DICOM series in {path} has files of several frames each, every one a volume by itself ({names}):</source>
   <translation>Die DICOM-Serie in {path} hat Dateien mit mehreren Frames, jede ein Volumen für sich ({names}):</translation>
  </message>
  <message>
   <source>give one of these files.</source>
   <translation>Geben Sie eine dieser Dateien.</translation>
  </message>
  <message>
   <source>The DICOM file {path} cannot be read:</source>
   <translation>Die DICOM-Datei {path} kann nicht gelesen werden:</translation>
  </message>
  <message>
   <source>The DICOM file {path} has no valid {tag}: its place in space is unknown,</source>
   <translation>Die DICOM-Datei {path} hat kein gültiges {tag}: Ihr Ort im Raum ist unbekannt,</translation>
  </message>
  <message>
   <source>export it again.</source>
   <translation>exportieren Sie sie noch einmal.</translation>
  </message>
  <message>
   <source>The DICOM slices in {path} differ in size, voxel size or direction:</source>
   <translation>Die DICOM-Schichten in {path} unterscheiden sich in Größe, Voxelgröße oder Richtung:</translation>
  </message>
  <message>
   <source>keep the files of one volume only.</source>
   <translation>Behalten Sie nur die Dateien eines Volumens.</translation>
  </message>
  <message>
   <source>Several DICOM slices in {path} lie at the same place (echoes or time points):</source>
   <translation>Mehrere DICOM-Schichten in {path} liegen am selben Ort (Echos oder Zeitpunkte):</translation>
  </message>
  <message>
   <source>keep one volume only.</source>
   <translation>Behalten Sie nur ein Volumen.</translation>
  </message>
  <message>
   <source>The DICOM slices in {path} are not evenly spaced ({gap:.2f} mm after slice {slice}, {usual:.2f} mm elsewhere): a slice is missing,</source>
   <translation>Die DICOM-Schichten in {path} haben ungleiche Abstände ({gap:.2f} mm nach Schicht {slice}, sonst {usual:.2f} mm): Eine Schicht fehlt,</translation>
  </message>
  <message>
   <source>export the series again.</source>
   <translation>exportieren Sie die Serie noch einmal.</translation>
  </message>
  <message>
   <source>The slices in {path} have different scales in one DICOM file:</source>
   <translation>Die Schichten in {path} haben verschiedene Skalen in einer DICOM-Datei:</translation>
  </message>
  <message>
   <source>export one file a slice, or NIfTI.</source>
   <translation>Exportieren Sie eine Datei je Schicht oder NIfTI.</translation>
  </message>
  <message>
   <source>The order of the slices in {path} could not be checked:</source>
   <translation>Die Reihenfolge der Schichten in {path} konnte nicht geprüft werden:</translation>
  </message>
  <message>
   <source>compare the picture.</source>
   <translation>Vergleichen Sie das Bild.</translation>
  </message>
  <message>
   <source>{path} is a DICOM Segmentation of a kind that is not read here (no labels, compressed, a label map, or uneven planes):</source>
   <translation>{path} ist eine DICOM-Segmentierung einer Art, die hier nicht gelesen wird (keine Labels, komprimiert, eine Labelkarte oder ungleiche Ebenen):</translation>
  </message>
  <message>
   <source>give the NIfTI or .seg.nrrd labels, or export it with 3D Slicer.</source>
   <translation>Geben Sie die Labels als NIfTI oder .seg.nrrd, oder exportieren Sie sie mit 3D Slicer.</translation>
  </message>
  <message>
   <source>DICOM SEG needs the package {package};</source>
   <translation>DICOM SEG braucht das Paket {package};</translation>
  </message>
  <message>
   <source>install it with: pip install 'DGMSegmentation[dicom-seg]'.</source>
   <translation>installieren Sie es mit: pip install 'DGMSegmentation[dicom-seg]'.</translation>
  </message>
  <message>
   <source>The DICOM files of {path} lack what a DICOM SEG must refer to ({tags}):</source>
   <translation>Den DICOM-Dateien von {path} fehlt, worauf sich ein DICOM SEG beziehen muss ({tags}):</translation>
  </message>
  <message>
   <source>export the series with it, or save the labels as NIfTI.</source>
   <translation>Exportieren Sie die Serie mit diesen Angaben, oder speichern Sie die Labels als NIfTI.</translation>
  </message>
  <message>
   <source>{path} is no DICOM series:</source>
   <translation>{path} ist keine DICOM-Serie:</translation>
  </message>
  <message>
   <source>a DICOM SEG can only be made beside DICOM images.</source>
   <translation>Ein DICOM SEG kann nur zu DICOM-Bildern erstellt werden.</translation>
  </message>
  <message>
   <source>The labels hold no structure:</source>
   <translation>Die Labels enthalten keine Struktur:</translation>
  </message>
  <message>
   <source>there is nothing to write as DICOM SEG.</source>
   <translation>Es gibt nichts, was als DICOM SEG zu schreiben wäre.</translation>
  </message>
  <message>
   <source>The labels are on another grid than {path}:</source>
   <translation>Die Labels liegen auf einem anderen Gitter als {path}:</translation>
  </message>
  <message>
   <source>segment this series, or save the correction with its voxels.</source>
   <translation>Segmentieren Sie diese Serie, oder speichern Sie die Korrektur mit deren Voxeln.</translation>
  </message>
  <message>
   <source>Some of the labels lie outside {path}:</source>
   <translation>Ein Teil der Labels liegt außerhalb von {path}:</translation>
  </message>
  <message>
   <source>give the series that they were drawn on.</source>
   <translation>Geben Sie die Serie, auf der sie gezeichnet wurden.</translation>
  </message>
  <message>
   <source>There is no label set {name}:</source>
   <translation>Den Labelsatz {name} gibt es nicht:</translation>
  </message>
  <message>
   <source>give a table of structures (.tsv), or {shipped: or }.</source>
   <translation>Geben Sie eine Tabelle der Strukturen (.tsv) oder {shipped: oder }.</translation>
  </message>
  <message>
   <source>The label set {label_set} cannot be read:</source>
   <translation>Der Labelsatz {label_set} ist nicht lesbar:</translation>
  </message>
  <message>
   <source>give a table as UTF-8 .tsv or .csv.</source>
   <translation>Geben Sie eine Tabelle als UTF-8-Datei .tsv oder .csv.</translation>
  </message>
  <message>
   <source>The label set {label_set} has lines with more or fewer cells than columns:</source>
   <translation>Der Labelsatz {label_set} hat Zeilen mit mehr oder weniger Zellen als Spalten:</translation>
  </message>
  <message>
   <source>mend it.</source>
   <translation>Berichtigen Sie ihn.</translation>
  </message>
  <message>
   <source>The label set {label_set} has a line without label or name:</source>
   <translation>Der Labelsatz {label_set} hat eine Zeile ohne Label oder Namen:</translation>
  </message>
  <message>
   <source>give both in each line.</source>
   <translation>Geben Sie in jeder Zeile beides.</translation>
  </message>
  <message>
   <source>A structure of the label set {label_set} lacks its label, abbreviation or name:</source>
   <translation>Einer Struktur des Labelsatzes {label_set} fehlt Label, Abkürzung oder Name:</translation>
  </message>
  <message>
   <source>The label set {label_set} has a wrong value in the column {column}: {value!r};</source>
   <translation>Der Labelsatz {label_set} hat einen falschen Wert in der Spalte {column}: {value!r};</translation>
  </message>
  <message>
   <source>The label set {label_set} has no number in the column {column}: {value};</source>
   <translation>Der Labelsatz {label_set} hat keine Zahl in der Spalte {column}: {value};</translation>
  </message>
  <message>
   <source>This is no label set:</source>
   <translation>Das ist kein Labelsatz:</translation>
  </message>
  <message>
   <source>it needs a name and a list of structures.</source>
   <translation>Er braucht einen Namen und eine Liste von Strukturen.</translation>
  </message>
  <message>
   <source>The label set {label_set} holds no structure:</source>
   <translation>Der Labelsatz {label_set} enthält keine Struktur:</translation>
  </message>
  <message>
   <source>give it at least one.</source>
   <translation>Geben Sie ihm mindestens eine.</translation>
  </message>
  <message>
   <source>The label set {label_set} gives the {what} to {first} and to {second}:</source>
   <translation>Der Labelsatz {label_set} gibt {what} sowohl {first} als auch {second}:</translation>
  </message>
  <message>
   <source>each structure needs its own.</source>
   <translation>Jede Struktur braucht ein Eigenes.</translation>
  </message>
  <message>
   <source>The label set {label_set} has {nucleus} both with and without a side:</source>
   <translation>Der Labelsatz {label_set} hat {nucleus} mit und ohne Seite:</translation>
  </message>
  <message>
   <source>rename one of them.</source>
   <translation>Benennen Sie eine davon um.</translation>
  </message>
  <message>
   <source>The label set {label_set} has no structure with the label {label}:</source>
   <translation>Der Labelsatz {label_set} hat keine Struktur mit dem Label {label}:</translation>
  </message>
  <message>
   <source>it has {labels}.</source>
   <translation>Er hat {labels}.</translation>
  </message>
  <message>
   <source>The label set {label_set} has no structure {abbreviation}:</source>
   <translation>Der Labelsatz {label_set} hat keine Struktur {abbreviation}:</translation>
  </message>
  <message>
   <source>it has {abbreviations}.</source>
   <translation>Er hat {abbreviations}.</translation>
  </message>
  <message>
   <source>The label set {label_set}, {structure}: the label {label} is no whole number from 1 to {largest};</source>
   <translation>Der Labelsatz {label_set}, {structure}: Das Label {label} ist keine ganze Zahl von 1 bis {largest};</translation>
  </message>
  <message>
   <source>The label set {label_set}, {structure}: the side {side} is none of L, R and nothing;</source>
   <translation>Der Labelsatz {label_set}, {structure}: Die Seite {side} ist weder L noch R noch leer;</translation>
  </message>
  <message>
   <source>The label set {label_set}, {structure}:</source>
   <translation>Der Labelsatz {label_set}, {structure}:</translation>
  </message>
  <message>
   <source>an abbreviation is made of letters, digits and hyphens, and ends with _L or _R when the column side says so, else not.</source>
   <translation>Eine Abkürzung besteht aus Buchstaben, Ziffern und Bindestrichen und endet auf _L oder _R, wenn die Spalte side das sagt, sonst nicht.</translation>
  </message>
  <message>
   <source>it needs a name in one line, without | ~ and ^.</source>
   <translation>Sie braucht einen Namen in einer Zeile, ohne | ~ und ^.</translation>
  </message>
  <message>
   <source>The label set {label_set}, {structure}: the colour {color} is not of the form #RRGGBB;</source>
   <translation>Der Labelsatz {label_set}, {structure}: Die Farbe {color} hat nicht die Form #RRGGBB;</translation>
  </message>
  <message>
   <source>The label set {label_set}, {structure}: the range {low:g} to {high:g} is empty;</source>
   <translation>Der Labelsatz {label_set}, {structure}: Der Bereich {low:g} bis {high:g} ist leer;</translation>
  </message>
  <message>
   <source>{path} is not a label map (its values are not small whole numbers):</source>
   <translation>{path} ist keine Labelkarte (ihre Werte sind keine kleinen ganzen Zahlen):</translation>
  </message>
  <message>
   <source>give a segmentation.</source>
   <translation>Geben Sie eine Segmentierung.</translation>
  </message>
  <message>
   <source>{path} holds the value {values}, which label scheme {scheme} does not list:</source>
   <translation>{path} enthält den Wert {values}, den das Labelschema {scheme} nicht nennt:</translation>
  </message>
  <message>
   <source>choose a segmentation of the label set {label_set}.</source>
   <translation>Wählen Sie eine Segmentierung des Labelsatzes {label_set}.</translation>
  </message>
  <message>
   <source>{path}: the values {values} are left out, for the label scheme {scheme} does not list them.</source>
   <translation>{path}: Die Werte {values} bleiben weg, denn das Labelschema {scheme} nennt sie nicht.</translation>
  </message>
  <message>
   <source>{path} holds the value {value} alone, and nothing says which structure that is:</source>
   <translation>{path} enthält allein den Wert {value}, und nichts sagt, welche Struktur das ist:</translation>
  </message>
  <message>
   <source>name it, one of {choices}.</source>
   <translation>Benennen Sie sie, eine von {choices}.</translation>
  </message>
  <message>
   <source>{path} holds only the values {values}, and nothing says which structures these are:</source>
   <translation>{path} enthält nur die Werte {values}, und nichts sagt, welche Strukturen das sind:</translation>
  </message>
  <message>
   <source>put a lookup table with index and name beside it (its name with .tsv).</source>
   <translation>Legen Sie eine Tabelle mit index und name daneben (sein Name mit .tsv).</translation>
  </message>
  <message>
   <source>{path}: the value {value} would be {structure}, with {volume:.0f} mm3 something else, and nothing says what it is:</source>
   <translation>{path}: Der Wert {value} wäre {structure}, ist bei {volume:.0f} mm3 etwas anderes, und nichts sagt, was:</translation>
  </message>
  <message>
   <source>{path} names no structure of ours ({names});</source>
   <translation>{path} nennt keine unserer Strukturen ({names});</translation>
  </message>
  <message>
   <source>name what is to be measured {choices}, or alike (Left putamen, putamen_l).</source>
   <translation>nennen Sie, was gemessen werden soll, {choices} oder ähnlich (Left putamen, putamen_l).</translation>
  </message>
  <message>
   <source>{path} is no mask of {structure} alone (its values are {values}):</source>
   <translation>{path} ist keine Maske von {structure} allein (ihre Werte sind {values}):</translation>
  </message>
  <message>
   <source>leave the structure out, or give a mask.</source>
   <translation>Lassen Sie die Struktur weg, oder geben Sie eine Maske.</translation>
  </message>
  <message>
   <source>{where}: the segment {name} is taken for {structure} by its number {value}.</source>
   <translation>{where}: Das Segment {name} gilt nach seiner Nummer {value} als {structure}.</translation>
  </message>
  <message>
   <source>{where}: the segment {name} is taken for {taken} by its name, though it is marked as {other}.</source>
   <translation>{where}: Das Segment {name} gilt nach seinem Namen als {taken}, obwohl es als {other} markiert ist.</translation>
  </message>
  <message>
   <source>{where}: left out, for the label set {label_set} has no structure of that name: {names}.</source>
   <translation>{where}: weggelassen, denn der Labelsatz {label_set} hat keine Struktur dieses Namens: {names}.</translation>
  </message>
  <message>
   <source>{path} holds {structure} twice (the segments {first} and {second}):</source>
   <translation>{path} enthält {structure} zweimal (die Segmente {first} und {second}):</translation>
  </message>
  <message>
   <source>rename or delete one of them.</source>
   <translation>Benennen Sie eines um, oder löschen Sie es.</translation>
  </message>
  <message>
   <source>{path}: the segments of {first} and {second} overlap in {count} voxels:</source>
   <translation>{path}: Die Segmente von {first} und {second} überlappen in {count} Voxeln:</translation>
  </message>
  <message>
   <source>mend that, for a voxel can be measured in one structure only.</source>
   <translation>Beheben Sie das, denn ein Voxel kann nur in einer Struktur gemessen werden.</translation>
  </message>
  <message>
   <source>{path} holds {count} layers of overlapping segments, and its header does not say which segments these are:</source>
   <translation>{path} enthält {count} Schichten überlappender Segmente, und der Header sagt nicht, welche Segmente das sind:</translation>
  </message>
  <message>
   <source>save it again in 3D Slicer, or as a label map.</source>
   <translation>Speichern Sie es in 3D Slicer noch einmal oder als Labelkarte.</translation>
  </message>
  <message>
   <source>{path} is on another grid than {image};</source>
   <translation>{path} liegt auf einem anderen Gitter als {image};</translation>
  </message>
  <message>
   <source>resample the labels to the QSM.</source>
   <translation>bringen Sie die Labels auf das des QSM.</translation>
  </message>
  <message>
   <source>The label scheme {scheme} is unknown:</source>
   <translation>Das Labelschema {scheme} ist unbekannt:</translation>
  </message>
  <message>
   <source>choose one of {choices}.</source>
   <translation>Wählen Sie eines von {choices}.</translation>
  </message>
  <message>
   <source>The lookup table {path} tells what {name} holds, and is none:</source>
   <translation>Die Zuordnungstabelle {path} soll sagen, was {name} enthält, und ist keine:</translation>
  </message>
  <message>
   <source>{path} lies beside {name} and is no lookup table, for it has no columns index and name: {name} is read by its numbers.</source>
   <translation>{path} liegt neben {name} und ist keine Zuordnungstabelle, denn sie hat keine Spalten index und name: {name} wird nach seinen Zahlen gelesen.</translation>
  </message>
  <message>
   <source>Its values {values: and } are both {structure};</source>
   <translation>Ihre Werte {values: und } sind beide {structure};</translation>
  </message>
  <message>
   <source>There is no protocol {name!r} (bundled: {bundled});</source>
   <translation>Das Protokoll {name!r} gibt es nicht (mitgeliefert: {bundled});</translation>
  </message>
  <message>
   <source>give a TOML file, for example one that was fitted.</source>
   <translation>geben Sie eine TOML-Datei, zum Beispiel eine angepasste.</translation>
  </message>
  <message>
   <source>{path} cannot be read as a protocol ({reason});</source>
   <translation>{path} kann nicht als Protokoll gelesen werden ({reason});</translation>
  </message>
  <message>
   <source>compare one that ships.</source>
   <translation>vergleichen Sie ein mitgeliefertes.</translation>
  </message>
  <message>
   <source>{where}: a protocol needs tables [structures.NAME];</source>
   <translation>{where}: Ein Protokoll braucht Tabellen [structures.NAME];</translation>
  </message>
  <message>
   <source>{where}: {key!r} is no key of a protocol;</source>
   <translation>{where}: {key!r} ist kein Schlüssel eines Protokolls;</translation>
  </message>
  <message>
   <source>use {choices}.</source>
   <translation>verwenden Sie {choices}.</translation>
  </message>
  <message>
   <source>{where} must be a table;</source>
   <translation>{where} muss eine Tabelle sein;</translation>
  </message>
  <message>
   <source>{where}: there is no such structure;</source>
   <translation>{where}: Diese Struktur gibt es nicht;</translation>
  </message>
  <message>
   <source>{where}: the threshold {threshold} must lie between .05 and .95;</source>
   <translation>{where}: Die Schwelle {threshold} muss zwischen .05 und .95 liegen;</translation>
  </message>
  <message>
   <source>{where} needs at least one [[structures.{structure}.parts]];</source>
   <translation>{where} braucht mindestens ein [[structures.{structure}.parts]];</translation>
  </message>
  <message>
   <source>{where}: a part needs atoms,</source>
   <translation>{where}: Ein Teil braucht atoms,</translation>
  </message>
  <message>
   <source>for example atoms = ["GPE", "GPI"].</source>
   <translation>zum Beispiel atoms = ["GPE", "GPI"].</translation>
  </message>
  <message>
   <source>{where}: there is no atom {atom!r};</source>
   <translation>{where}: Das Atom {atom!r} gibt es nicht;</translation>
  </message>
  <message>
   <source>{where}: a part names the atom {atom} twice;</source>
   <translation>{where}: Ein Teil nennt das Atom {atom} zweimal;</translation>
  </message>
  <message>
   <source>name it once.</source>
   <translation>nennen Sie es einmal.</translation>
  </message>
  <message>
   <source>{where}: {key} = {mm:g} and {other} = {limit:g} leave nothing between them;</source>
   <translation>{where}: {key} = {mm:g} und {other} = {limit:g} lassen nichts dazwischen;</translation>
  </message>
  <message>
   <source>correct one of them.</source>
   <translation>korrigieren Sie eines davon.</translation>
  </message>
  <message>
   <source>{where} must be a number, not {value!r};</source>
   <translation>{where} muss eine Zahl sein, nicht {value!r};</translation>
  </message>
  <message>
   <source>{where} must hold three numbers:</source>
   <translation>{where} muss drei Zahlen enthalten:</translation>
  </message>
  <message>
   <source>lateral, anterior, superior.</source>
   <translation>nach außen, nach vorn, nach oben.</translation>
  </message>
  <message>
   <source>{where} must lie between {low:g} and {high:g};</source>
   <translation>{where} muss zwischen {low:g} und {high:g} liegen;</translation>
  </message>
  <message>
   <source>The model {model} tells parts of nuclei apart, of which a protocol makes structures:</source>
   <translation>Das Modell {model} unterscheidet Teile von Kernen, aus denen ein Protokoll Strukturen macht:</translation>
  </message>
  <message>
   <source>choose one instead of none.</source>
   <translation>Wählen Sie eines statt keinem.</translation>
  </message>
  <message>
   <source>The protocol {protocol} is made of parts that the model {model} does not tell apart ({parts}):</source>
   <translation>Das Protokoll {protocol} besteht aus Teilen, die das Modell {model} nicht unterscheidet ({parts}):</translation>
  </message>
  <message>
   <source>leave it out, or choose another model.</source>
   <translation>Lassen Sie es weg, oder wählen Sie ein anderes Modell.</translation>
  </message>
  <message>
   <source>The model {model} has one labelling convention only:</source>
   <translation>Das Modell {model} kennt nur eine Labelkonvention:</translation>
  </message>
  <message>
   <source>run segment with a model of atoms to change it.</source>
   <translation>Um sie zu ändern, segmentieren Sie mit einem Modell aus Atomen.</translation>
  </message>
  <message>
   <source>There are no corrected cases:</source>
   <translation>Es gibt keine korrigierten Fälle:</translation>
  </message>
  <message>
   <source>give at least one image with its corrected labels.</source>
   <translation>Geben Sie mindestens ein Bild mit seinen korrigierten Labels.</translation>
  </message>
  <message>
   <source>{path}: there is no such map;</source>
   <translation>{path}: Diese Karte gibt es nicht;</translation>
  </message>
  <message>
   <source>give a map and its labels, a BIDS folder or a table.</source>
   <translation>geben Sie eine Karte und ihre Labels, einen BIDS-Ordner oder eine Tabelle.</translation>
  </message>
  <message>
   <source>{path}: no corrected labels {stem}{tail} lie beside it;</source>
   <translation>{path}: Keine korrigierten Labels {stem}{tail} liegen daneben;</translation>
  </message>
  <message>
   <source>name them, too.</source>
   <translation>nennen Sie auch diese.</translation>
  </message>
  <message>
   <source>{path} has no name of a correction (*{tail}), and is taken for one:</source>
   <translation>{path} hat keinen Namen einer Korrektur (*{tail}) und wird für eine genommen:</translation>
  </message>
  <message>
   <source>name the labels when the corrected ones are others.</source>
   <translation>Nennen Sie die Labels, wenn die korrigierten andere sind.</translation>
  </message>
  <message>
   <source>No labelling protocol can name {structures}:</source>
   <translation>Kein Labelprotokoll kann {structures} benennen:</translation>
  </message>
  <message>
   <source>use the model without a protocol.</source>
   <translation>Verwenden Sie das Modell ohne Protokoll.</translation>
  </message>
  <message>
   <source>The corrected cases hold no structure of this protocol:</source>
   <translation>Die korrigierten Fälle enthalten keine Struktur dieses Protokolls:</translation>
  </message>
  <message>
   <source>check their labels.</source>
   <translation>Prüfen Sie deren Labels.</translation>
  </message>
  <message>
   <source>Fitting gains nothing on left-out {left_out} (mean Dice {dice:.3f} as it is):</source>
   <translation>Die Anpassung gewinnt nichts auf den ausgelassenen {left_out} (mittlerer Dice {dice:.3f}, wie es ist):</translation>
  </message>
  <message>
   <source>go on with the protocol {protocol}.</source>
   <translation>Arbeiten Sie mit dem Protokoll {protocol} weiter.</translation>
  </message>
  <message>
   <source>The segmentation and the image do not overlap in space:</source>
   <translation>Segmentierung und Bild überlappen im Raum nicht:</translation>
  </message>
  <message>
   <source>check that both belong to the same scan.</source>
   <translation>Prüfen Sie, ob beide zur selben Aufnahme gehören.</translation>
  </message>
  <message>
   <source>One image is given twice:</source>
   <translation>Ein Bild ist zweimal angegeben:</translation>
  </message>
  <message>
   <source>name each image once.</source>
   <translation>Nennen Sie jedes Bild einmal.</translation>
  </message>
  <message>
   <source>The reference {reference} is no file, no number and none of {choices}:</source>
   <translation>Die Referenz {reference} ist weder eine Datei noch eine Zahl noch eines von {choices}:</translation>
  </message>
  <message>
   <source>check its path.</source>
   <translation>Prüfen Sie ihren Pfad.</translation>
  </message>
  <message>
   <source>{path} is no mask: it holds fractions, from {low:.3g} to {high:.3g};</source>
   <translation>{path} ist keine Maske: Die Datei enthält Bruchteile, von {low:.3g} bis {high:.3g};</translation>
  </message>
  <message>
   <source>give a mask of one value, or a threshold, as in {path}&gt;0.9.</source>
   <translation>geben Sie eine Maske mit einem Wert oder eine Schwelle wie {path}&gt;0.9.</translation>
  </message>
  <message>
   <source>{path} is no mask: it holds several values ({values});</source>
   <translation>{path} ist keine Maske: Die Datei enthält mehrere Werte ({values});</translation>
  </message>
  <message>
   <source>give a mask of one value, or say which labels, as in {path}:{example}.</source>
   <translation>geben Sie eine Maske mit einem Wert, oder sagen Sie, welche Labels, wie {path}:{example}.</translation>
  </message>
  <message>
   <source>{path} has no voxel with the value {values};</source>
   <translation>{path} hat kein Voxel mit dem Wert {values};</translation>
  </message>
  <message>
   <source>choose others.</source>
   <translation>wählen Sie andere.</translation>
  </message>
  <message>
   <source>The reference region {reference}: {count} of its {of} voxels lie outside the brain or carry no value, and are left out.</source>
   <translation>Die Referenzregion {reference}: {count} ihrer {of} Voxel liegen außerhalb des Gehirns oder haben keinen Wert und werden ausgelassen.</translation>
  </message>
  <message>
   <source>Unknown reference {reference}:</source>
   <translation>Unbekannte Referenz {reference}:</translation>
  </message>
  <message>
   <source>use none, brain, a mask file or a number in ppb.</source>
   <translation>Verwenden Sie none, brain, eine Maskendatei oder eine Zahl in ppb.</translation>
  </message>
  <message>
   <source>The reference {reference} is no finite number:</source>
   <translation>Die Referenz {reference} ist keine endliche Zahl:</translation>
  </message>
  <message>
   <source>give a value in ppb.</source>
   <translation>Geben Sie einen Wert in ppb.</translation>
  </message>
  <message>
   <source>The reference region {reference} has another shape than the image:</source>
   <translation>Die Referenzregion {reference} hat eine andere Form als das Bild:</translation>
  </message>
  <message>
   <source>draw it on the image.</source>
   <translation>Zeichnen Sie sie auf dem Bild.</translation>
  </message>
  <message>
   <source>The reference region {reference} covers no voxel of the image:</source>
   <translation>Die Referenzregion {reference} deckt kein Voxel des Bildes ab:</translation>
  </message>
  <message>
   <source>check that it lies in the head.</source>
   <translation>Prüfen Sie, ob sie im Kopf liegt.</translation>
  </message>
  <message>
   <source>A brain mask is needed to reference to the whole brain:</source>
   <translation>Für das ganze Gehirn als Referenz wird eine Gehirnmaske gebraucht:</translation>
  </message>
  <message>
   <source>give one.</source>
   <translation>Geben Sie eine.</translation>
  </message>
  <message>
   <source>The table {path} lacks the column {column}:</source>
   <translation>Der Tabelle {path} fehlt die Spalte {column}:</translation>
  </message>
  <message>
   <source>give a long ROI table of DGMSegmentation.</source>
   <translation>Geben Sie eine lange ROI-Tabelle von DGMSegmentation.</translation>
  </message>
  <message>
   <source>The table {path} holds a value of the wrong kind ({reason}):</source>
   <translation>Die Tabelle {path} enthält einen Wert der falschen Art ({reason}):</translation>
  </message>
  <message>
   <source>check its numbers.</source>
   <translation>Prüfen Sie ihre Zahlen.</translation>
  </message>
  <message>
   <source>The table {path} contradicts itself.</source>
   <translation>Die Tabelle {path} widerspricht sich.</translation>
  </message>
  <message>
   <source>The side of {abbreviation} is {side} in its row: the abbreviation of one of a pair ends with _L or _R;</source>
   <translation>Die Seite von {abbreviation} ist in ihrer Zeile {side}: Die Abkürzung einer Struktur eines Paares endet auf _L oder _R;</translation>
  </message>
  <message>
   <source>correct the column side or abbreviation.</source>
   <translation>korrigieren Sie die Spalte side oder abbreviation.</translation>
  </message>
  <message>
   <source>The label {label} is {before} in one row and {now} in another:</source>
   <translation>Das Label {label} ist in einer Zeile {before} und in einer anderen {now}:</translation>
  </message>
  <message>
   <source>measure with one label set, or correct the column label or abbreviation.</source>
   <translation>Messen Sie mit einem Labelsatz, oder korrigieren Sie die Spalte label oder abbreviation.</translation>
  </message>
  <message>
   <source>A .stats file describes one image, and the table holds {count}:</source>
   <translation>Eine .stats-Datei beschreibt ein Bild, und die Tabelle enthält {count}:</translation>
  </message>
  <message>
   <source>split it first.</source>
   <translation>Teilen Sie sie zuerst.</translation>
  </message>
  <message>
   <source>The norm table {path} has no lines:</source>
   <translation>Die Normtabelle {path} hat keine Zeilen:</translation>
  </message>
  <message>
   <source>give structure, mean_ppb and sd_ppb in each line.</source>
   <translation>Geben Sie in jeder Zeile structure, mean_ppb und sd_ppb.</translation>
  </message>
  <message>
   <source>The norm table {path} lacks the column {column}:</source>
   <translation>Der Normtabelle {path} fehlt die Spalte {column}:</translation>
  </message>
  <message>
   <source>The norm table {path} has the sex {sex} in line {number}:</source>
   <translation>Die Normtabelle {path} hat in Zeile {number} das Geschlecht {sex}:</translation>
  </message>
  <message>
   <source>write F, M, or nothing for both.</source>
   <translation>Schreiben Sie F, M oder nichts für beide.</translation>
  </message>
  <message>
   <source>The norm table {path} has no number in line {number} ({reason}):</source>
   <translation>Die Normtabelle {path} hat in Zeile {number} keine Zahl ({reason}):</translation>
  </message>
  <message>
   <source>The norm table {path} names the unknown structure {structure} in line {number}:</source>
   <translation>Die Normtabelle {path} nennt in Zeile {number} die unbekannte Struktur {structure}:</translation>
  </message>
  <message>
   <source>use {choices}, with _L or _R for one side.</source>
   <translation>Verwenden Sie {choices}, mit _L oder _R für eine Seite.</translation>
  </message>
  <message>
   <source>The norm table {path} has no positive SD in line {number}:</source>
   <translation>Die Normtabelle {path} hat in Zeile {number} keine positive SD:</translation>
  </message>
  <message>
   <source>There is no model {name!r} (bundled: {bundled});</source>
   <translation>Es gibt kein Modell {name!r} (mitgeliefert: {bundled});</translation>
  </message>
  <message>
   <source>choose a model file with Model &gt; From a file.</source>
   <translation>wählen Sie eine Modelldatei mit Modell &gt; Aus einer Datei.</translation>
  </message>
  <message>
   <source>{path}: there is no such model file;</source>
   <translation>{path}: Diese Modelldatei gibt es nicht;</translation>
  </message>
  <message>
   <source>check the name.</source>
   <translation>prüfen Sie den Namen.</translation>
  </message>
  <message>
   <source>choose another model.</source>
   <translation>wählen Sie ein anderes Modell.</translation>
  </message>
  <message>
   <source>{path} is a folder;</source>
   <translation>{path} ist ein Ordner;</translation>
  </message>
  <message>
   <source>give a .safetensors model file.</source>
   <translation>geben Sie eine Modelldatei .safetensors.</translation>
  </message>
  <message>
   <source>{path} is cut, damaged, or no model file;</source>
   <translation>{path} ist abgeschnitten, beschädigt oder keine Modelldatei;</translation>
  </message>
  <message>
   <source>get it again.</source>
   <translation>besorgen Sie sie noch einmal.</translation>
  </message>
  <message>
   <source>{path} was altered after it was made (checksum differs);</source>
   <translation>{path} wurde nach der Herstellung verändert (andere Prüfsumme);</translation>
  </message>
  <message>
   <source>get the file again.</source>
   <translation>besorgen Sie die Datei noch einmal.</translation>
  </message>
  <message>
   <source>{path} is no DGMSegmentation model;</source>
   <translation>{path} ist kein Modell von DGMSegmentation;</translation>
  </message>
  <message>
   <source>give a file made by training or import.</source>
   <translation>geben Sie eine Datei aus Training oder Import.</translation>
  </message>
  <message>
   <source>The file is not a DGMSegmentation model;</source>
   <translation>Die Datei ist kein Modell von DGMSegmentation;</translation>
  </message>
  <message>
   <source>give a file made by training.</source>
   <translation>geben Sie eine Datei aus einem Training.</translation>
  </message>
  <message>
   <source>The model file was made by a newer DGMSegmentation;</source>
   <translation>Die Modelldatei stammt von einem neueren DGMSegmentation;</translation>
  </message>
  <message>
   <source>update this one to use it.</source>
   <translation>aktualisieren Sie dieses, um sie zu verwenden.</translation>
  </message>
  <message>
   <source>{path}: the header cannot be read;</source>
   <translation>{path}: Der Header kann nicht gelesen werden;</translation>
  </message>
  <message>
   <source>{model}: its header describes no network ({reason});</source>
   <translation>{model}: Der Dateikopf beschreibt kein Netz ({reason});</translation>
  </message>
  <message>
   <source>{model}: weights and header do not belong together;</source>
   <translation>{model}: Gewichte und Dateikopf gehören nicht zusammen;</translation>
  </message>
  <message>
   <source>{model}: network and preprocessing disagree on coordinates;</source>
   <translation>{model}: Netz und Vorverarbeitung sind sich über die Koordinaten nicht einig;</translation>
  </message>
  <message>
   <source>{model}: its network looks at more than a head;</source>
   <translation>{model}: Das Netz sieht mehr als einen Kopf;</translation>
  </message>
  <message>
   <source>{model}: some weights are no numbers (NaN or infinite);</source>
   <translation>{model}: Einige Gewichte sind keine Zahlen (NaN oder unendlich);</translation>
  </message>
  <message>
   <source>train it again.</source>
   <translation>trainieren Sie es neu.</translation>
  </message>
  <message>
   <source>{what} are for another number of channels than {channels};</source>
   <translation>{what} sind für eine andere Zahl von Kanälen als {channels};</translation>
  </message>
  <message>
   <source>The channels of a model begin with qsm and have different names;</source>
   <translation>Die Kanäle eines Modells beginnen mit qsm und haben verschiedene Namen;</translation>
  </message>
  <message>
   <source>Preprocessing: windows needs one (low, high) pair for each of the model's channels;</source>
   <translation>Vorverarbeitung: windows braucht ein Paar (low, high) für jeden Kanal des Modells;</translation>
  </message>
  <message>
   <source>The labels of a network are 0 and others after it, not {labels};</source>
   <translation>Die Labels eines Netzes sind 0 und danach andere, nicht {labels};</translation>
  </message>
  <message>
   <source>The label {label} of a network is no structure that is known here;</source>
   <translation>Das Label {label} eines Netzes ist keine hier bekannte Struktur;</translation>
  </message>
  <message>
   <source>get the file again, or update this program.</source>
   <translation>beschaffen Sie die Datei neu, oder aktualisieren Sie dieses Programm.</translation>
  </message>
  <message>
   <source>Two networks of a model file have the same prefix;</source>
   <translation>Zwei Netze einer Modelldatei haben dasselbe Präfix;</translation>
  </message>
  <message>
   <source>The prior box of a model ends where it begins, or before;</source>
   <translation>Der Suchkasten eines Modells endet, wo er beginnt, oder davor;</translation>
  </message>
  <message>
   <source>{path}: a model file ends in .safetensors;</source>
   <translation>{path}: Eine Modelldatei endet auf .safetensors;</translation>
  </message>
  <message>
   <source>give such a name.</source>
   <translation>geben Sie einen solchen Namen.</translation>
  </message>
  <message>
   <source>There is no network '{network}';</source>
   <translation>Das Netz '{network}' gibt es nicht;</translation>
  </message>
  <message>
   <source>The network '{network}' cannot be built from these options: {reason};</source>
   <translation>Das Netz '{network}' lässt sich mit diesen Optionen nicht bauen: {reason};</translation>
  </message>
  <message>
   <source>correct them.</source>
   <translation>korrigieren Sie sie.</translation>
  </message>
  <message>
   <source>Reading Keras weights needs the package h5py, which is not installed;</source>
   <translation>Zum Lesen von Keras-Gewichten wird das Paket h5py gebraucht, das nicht installiert ist;</translation>
  </message>
  <message>
   <source>run: pip install "DGMSegmentation[keras]".</source>
   <translation>führen Sie aus: pip install "DGMSegmentation[keras]".</translation>
  </message>
  <message>
   <source>{path}: there is no such weights file;</source>
   <translation>{path}: Diese Gewichtsdatei gibt es nicht;</translation>
  </message>
  <message>
   <source>{path} is an HDF5 file without Keras 2 weights (no layer_names);</source>
   <translation>{path} ist eine HDF5-Datei ohne Keras-2-Gewichte (kein layer_names);</translation>
  </message>
  <message>
   <source>save it again with Keras 2's model.save_weights('weights.h5').</source>
   <translation>speichern Sie sie neu mit model.save_weights('weights.h5') von Keras 2.</translation>
  </message>
  <message>
   <source>{path} does not hold {name} itself but refers to another place for it, which is not followed:</source>
   <translation>{path} enthält {name} nicht selbst, sondern verweist dafür auf einen anderen Ort, dem nicht gefolgt wird:</translation>
  </message>
  <message>
   <source>save the weights again with Keras.</source>
   <translation>Speichern Sie die Gewichte mit Keras neu.</translation>
  </message>
  <message>
   <source>{path} is cut, damaged, or no HDF5 file of weights;</source>
   <translation>{path} ist abgeschnitten, beschädigt oder keine HDF5-Datei mit Gewichten;</translation>
  </message>
  <message>
   <source>{path}: layer '{layer}' holds something else than weights;</source>
   <translation>{path}: Die Schicht '{layer}' enthält etwas anderes als Gewichte;</translation>
  </message>
  <message>
   <source>{path}: layer '{layer}' holds weights that are not finite;</source>
   <translation>{path}: Die Schicht '{layer}' enthält Gewichte, die nicht endlich sind;</translation>
  </message>
  <message>
   <source>{path}: layer '{layer}' with weights of shapes {shapes:; } is neither a convolution with bias, nor PReLU, nor batch normalisation; the two original networks have no other layers,</source>
   <translation>{path}: Die Schicht '{layer}' mit Gewichten der Formen {shapes:; } ist weder eine Faltung mit Bias noch PReLU noch Batch-Normalisierung; die beiden ursprünglichen Netze haben keine anderen Schichten,</translation>
  </message>
  <message>
   <source>give the weights of one of these.</source>
   <translation>geben Sie die Gewichte eines davon.</translation>
  </message>
  <message>
   <source>{path}: layer '{layer}' (number {number} with weights) is a {kind}, where {network} has a {expected};</source>
   <translation>{path}: Die Schicht '{layer}' (Nummer {number} mit Gewichten) ist {kind}, wo {network} {expected} hat;</translation>
  </message>
  <message>
   <source>check the network.</source>
   <translation>prüfen Sie das Netz.</translation>
  </message>
  <message>
   <source>{path} has {count} layers with weights, {network} has {expected};</source>
   <translation>{path} hat {count} Schichten mit Gewichten, {network} hat {expected};</translation>
  </message>
  <message>
   <source>{path}: layer '{layer}' is no 3-D convolution;</source>
   <translation>{path}: Die Schicht '{layer}' ist keine 3-D-Faltung;</translation>
  </message>
  <message>
   <source>check the file.</source>
   <translation>prüfen Sie die Datei.</translation>
  </message>
  <message>
   <source>{path}: '{role}' of layer '{layer}' has the shape {shape}, which does not fit {name} there;</source>
   <translation>{path}: '{role}' der Schicht '{layer}' hat die Form {shape}, die dort nicht zu {name} passt;</translation>
  </message>
  <message>
   <source>check the network and that it was built for channels first.</source>
   <translation>prüfen Sie das Netz und ob es mit den Kanälen an erster Stelle gebaut wurde.</translation>
  </message>
  <message>
   <source>Weights cannot be imported for the network '{network}';</source>
   <translation>Für das Netz '{network}' lassen sich keine Gewichte einlesen;</translation>
  </message>
  <message>
   <source>choose one of {networks}.</source>
   <translation>wählen Sie eines von {networks}.</translation>
  </message>
  <message>
   <source>The window {window} is no positive number of ppb;</source>
   <translation>Das Fenster {window} ist keine positive Zahl in ppb;</translation>
  </message>
  <message>
   <source>{path}: the last layer gives {classes} classes instead of {expected};</source>
   <translation>{path}: Die letzte Schicht gibt {classes} Klassen statt {expected};</translation>
  </message>
  <message>
   <source>say which labels they are with labels, for example (0, 1, 2).</source>
   <translation>sagen Sie mit labels, welche Labels sie sind, zum Beispiel (0, 1, 2).</translation>
  </message>
  <message>
   <source>{path}: the last layer gives {classes} classes;</source>
   <translation>{path}: Die letzte Schicht gibt {classes} Klassen;</translation>
  </message>
  <message>
   <source>give as many different labels between 0 and {largest}, with 0 for background first.</source>
   <translation>geben Sie ebenso viele verschiedene Labels zwischen 0 und {largest}, zuerst 0 für den Hintergrund.</translation>
  </message>
  <message>
   <source>choose another model file.</source>
   <translation>wählen Sie eine andere Modelldatei.</translation>
  </message>
  <message>
   <source>Unit {unit} is unknown:</source>
   <translation>Die Einheit {unit} ist unbekannt:</translation>
  </message>
  <message>
   <source>choose auto, ppm or ppb.</source>
   <translation>Wählen Sie auto, ppm oder ppb.</translation>
  </message>
  <message>
   <source>The unit of {image} is unclear: the middle 98 % of the brain's values span {spread:.3g}, which fits neither ppm (below 3) nor ppb (30 to 3000), but perhaps {guesses:, };</source>
   <translation>Die Einheit von {image} ist unklar: Die mittleren 98 % der Werte des Gehirns umfassen {spread:.3g}, was weder zu ppm (unter 3) noch zu ppb (30 bis 3000) passt, aber vielleicht zu {guesses:, };</translation>
  </message>
  <message>
   <source>{name} is taken as {taken} from its values, but its header or sidecar says {stated}:</source>
   <translation>{name} gilt nach seinen Werten als {taken}, aber Header oder Begleitdatei sagt {stated}:</translation>
  </message>
  <message>
   <source>There is no finite value inside the brain in {image}:</source>
   <translation>In {image} gibt es im Gehirn keinen endlichen Wert:</translation>
  </message>
  <message>
   <source>check which file it is.</source>
   <translation>Prüfen Sie, welche Datei das ist.</translation>
  </message>
  <message>
   <source>The values in {image} are those of a label map or mask (few whole numbers, none negative):</source>
   <translation>Die Werte in {image} sind die einer Labelkarte oder Maske (wenige ganze Zahlen, keine negativ):</translation>
  </message>
  <message>
   <source>The values in {image} lie around {middle:.6g}, none below 0, and the middle 98 % span only {spread:.3g}: a constant of about {offset:.6g} was added to the map, as exports without negative numbers do;</source>
   <translation>Die Werte in {image} liegen um {middle:.6g}, keiner unter 0, und die mittleren 98 % umfassen nur {spread:.3g}: Zur Karte wurde eine Konstante von etwa {offset:.6g} addiert, wie es Exporte ohne negative Zahlen tun;</translation>
  </message>
  <message>
   <source>subtract it from all voxels in the brain (leave the background 0), and run again.</source>
   <translation>ziehen Sie sie von allen Voxeln im Gehirn ab (lassen Sie den Hintergrund 0), und starten Sie den Lauf neu.</translation>
  </message>
  <message>
   <source>The values in {image} look like {problem}, not a QSM:</source>
   <translation>Die Werte in {image} sehen aus wie {problem}, nicht wie ein QSM:</translation>
  </message>
  <message>
   <source>give the susceptibility map, or choose its unit under Advanced &gt; Units.</source>
   <translation>Geben Sie die Suszeptibilitätskarte, oder wählen Sie ihre Einheit unter Erweitert &gt; Einheit.</translation>
  </message>
  <message>
   <source>There is no brain in {image} (only zeros, NaN or one constant value):</source>
   <translation>In {image} ist kein Gehirn (nur Nullen, NaN oder ein einziger Wert):</translation>
  </message>
  <message>
   <source>The image is not masked (no background was found): the whole volume is taken as the brain.</source>
   <translation>Das Bild ist nicht maskiert (kein Hintergrund gefunden): Das ganze Volumen gilt als Gehirn.</translation>
  </message>
  <message>
   <source>The brain in {image} measures {extent:.0f} mm {direction} with voxels of {voxel_size: x } mm, as no human brain does:</source>
   <translation>Das Gehirn in {image} misst {extent:.0f} mm {direction} bei Voxeln von {voxel_size: x } mm, wie kein menschliches Gehirn:</translation>
  </message>
  <message>
   <source>The brain in {image} has {volume:.0f} ml with voxels of {voxel_size: x } mm, as no human brain has:</source>
   <translation>Das Gehirn in {image} hat {volume:.0f} ml bei Voxeln von {voxel_size: x } mm, wie kein menschliches Gehirn:</translation>
  </message>
  <message>
   <source>The brain measures {extents: and }, which is unusual:</source>
   <translation>Das Gehirn misst {extents: und }, das ist ungewöhnlich:</translation>
  </message>
  <message>
   <source>check the voxel size and set the true one as Image Spacing in the module Volumes if it is wrong.</source>
   <translation>Prüfen Sie die Voxelgröße, und setzen Sie die wahre als Image Spacing im Modul Volumes, wenn sie falsch ist.</translation>
  </message>
  <message>
   <source>check the header, and open a file with the true voxel size if it is wrong.</source>
   <translation>Prüfen Sie den Header, und öffnen Sie eine Datei mit der wahren Voxelgröße, wenn sie falsch ist.</translation>
  </message>
  <message>
   <source>The brain is {length:.2f} times as long and {height:.2f} times as high as wide with voxels of {voxel_size: x } mm (most are 1.25 and 1.05 times): its voxel size or its orientation is probably wrong:</source>
   <translation>Das Gehirn ist {length:.2f}-mal so lang und {height:.2f}-mal so hoch wie breit bei Voxeln von {voxel_size: x } mm (die meisten 1.25- und 1.05-mal): Voxelgröße oder Orientierung ist wahrscheinlich falsch:</translation>
  </message>
  <message>
   <source>The brain ends abruptly ({directions}), as if a part of the head were cut away or masked:</source>
   <translation>Das Gehirn endet abrupt ({directions}), als wäre ein Teil des Kopfes abgeschnitten oder maskiert:</translation>
  </message>
  <message>
   <source>check that all nuclei are whole before you use the numbers.</source>
   <translation>Prüfen Sie, ob alle Kerne ganz sind, ehe Sie die Zahlen verwenden.</translation>
  </message>
  <message>
   <source>Beside the largest piece of brain the volume holds others, of {share:.0f} % of its size: two images in one, or a damaged mask; only the largest is used:</source>
   <translation>Neben dem größten Stück Gehirn enthält das Volumen weitere von {share:.0f} % seiner Größe: zwei Bilder in einem oder eine beschädigte Maske; nur das größte wird verwendet:</translation>
  </message>
  <message>
   <source>look at the image.</source>
   <translation>Sehen Sie sich das Bild an.</translation>
  </message>
  <message>
   <source>{share:.0f} % of the brain is masked away in places inside it, as by a threshold on the map:</source>
   <translation>{share:.0f} % des Gehirns sind im Inneren stellenweise wegmaskiert, wie durch eine Schwelle auf der Karte:</translation>
  </message>
  <message>
   <source>mask the whole brain, and make the map again.</source>
   <translation>Maskieren Sie das ganze Gehirn, und erstellen Sie die Karte neu.</translation>
  </message>
  <message>
   <source>From one slice to the next the brain jumps by {jump:.0f} mm: slices are displaced, missing or in a wrong order;</source>
   <translation>Von einer Schicht zur nächsten springt das Gehirn um {jump:.0f} mm: Schichten sind verschoben, fehlen oder stehen in falscher Reihenfolge;</translation>
  </message>
  <message>
   <source>look at the image from the side.</source>
   <translation>sehen Sie sich das Bild von der Seite an.</translation>
  </message>
  <message>
   <source>check its header, volumes depend on it.</source>
   <translation>prüfen Sie den Header, die Volumina hängen davon ab.</translation>
  </message>
  <message>
   <source>The labels {path} have as many voxels as {image}, of {labels: x } mm instead of {own: x } mm, so one header is wrong:</source>
   <translation>Die Labels {path} haben so viele Voxel wie {image}, von {labels: x } mm statt {own: x } mm, ein Header ist also falsch:</translation>
  </message>
  <message>
   <source>correct the volume's spacing in the module Volumes.</source>
   <translation>Korrigieren Sie die Voxelabstände des Volumens im Modul Volumes.</translation>
  </message>
  <message>
   <source>The voxel size {given} is none;</source>
   <translation>Die Voxelgröße {given} ist keine;</translation>
  </message>
  <message>
   <source>write three positive numbers in mm such as 0.94,0.94,3.</source>
   <translation>schreiben Sie drei positive Zahlen in mm wie 0.94,0.94,3.</translation>
  </message>
  <message>
   <source>The orientation {given!r} is none;</source>
   <translation>Die Orientierung {given!r} ist keine;</translation>
  </message>
  <message>
   <source>write three letters, one each of L or R, A or P, S or I, such as LPS: where the array's axes point to.</source>
   <translation>schreiben Sie drei Buchstaben, je einen von L oder R, A oder P, S oder I, wie LPS: wohin die Achsen des Arrays zeigen.</translation>
  </message>
  <message>
   <source>The model takes no channel {name!r} (further channels: {channels});</source>
   <translation>Das Modell nimmt keinen Kanal {name!r} (weitere Kanäle: {channels});</translation>
  </message>
  <message>
   <source>leave it out.</source>
   <translation>lassen Sie ihn weg.</translation>
  </message>
  <message>
   <source>The model also needs the channel {name!r};</source>
   <translation>Das Modell braucht auch den Kanal {name!r};</translation>
  </message>
  <message>
   <source>choose its volume below the model.</source>
   <translation>wählen Sie sein Volumen unter dem Modell.</translation>
  </message>
  <message>
   <source>choose another model, or use the module in 3D Slicer.</source>
   <translation>wählen Sie ein anderes Modell, oder verwenden Sie das Modul in 3D Slicer.</translation>
  </message>
  <message>
   <source>{channel} is on another grid than the QSM;</source>
   <translation>{channel} liegt auf einem anderen Gitter als das QSM;</translation>
  </message>
  <message>
   <source>resample it to the QSM first.</source>
   <translation>bringen Sie es zuerst auf das des QSM.</translation>
  </message>
  <message>
   <source>{channel} shows only {share:.0f} % of the brain in the QSM, as its header places it:</source>
   <translation>{channel} zeigt dort, wo sein Header es hinlegt, nur {share:.0f} % des Gehirns im QSM:</translation>
  </message>
  <message>
   <source>give an image of the whole head whose header says where it lies, or one that is resampled to the QSM.</source>
   <translation>geben Sie ein Bild des ganzen Kopfes, dessen Header sagt, wo es liegt, oder eines, das auf das Gitter des QSM gebracht ist.</translation>
  </message>
  <message>
   <source>{channel} holds one value in all of the brain:</source>
   <translation>{channel} hat im ganzen Gehirn denselben Wert:</translation>
  </message>
  <message>
   <source>check which file it is; the model expects an image.</source>
   <translation>prüfen Sie, welche Datei es ist; das Modell erwartet ein Bild.</translation>
  </message>
  <message>
   <source>{channel} fits the QSM only when it is moved by {shift:.0f} mm and turned by {angle:.0f} degrees, which is too much to be trusted:</source>
   <translation>{channel} passt erst auf das QSM, wenn man es um {shift:.0f} mm verschiebt und um {angle:.0f} Grad dreht; das ist zu viel, um verlässlich zu sein:</translation>
  </message>
  <message>
   <source>register it to the QSM first, and look at the result.</source>
   <translation>registrieren Sie es zuerst auf das QSM, und sehen Sie das Ergebnis an.</translation>
  </message>
  <message>
   <source>{channel} and the QSM do not seem to show the same head: no place was found in which they agree:</source>
   <translation>{channel} und das QSM zeigen wohl nicht denselben Kopf: es wurde keine Lage gefunden, in der sie übereinstimmen:</translation>
  </message>
  <message>
   <source>check which file it is, and where its header places it.</source>
   <translation>prüfen Sie, welche Datei es ist und wohin ihr Header sie legt.</translation>
  </message>
  <message>
   <source>{channel} fits the QSM better with left and right exchanged:</source>
   <translation>{channel} passt besser zum QSM, wenn links und rechts vertauscht werden:</translation>
  </message>
  <message>
   <source>check how it was converted, and which of the two is right; correct its header or its array.</source>
   <translation>prüfen Sie, wie es umgewandelt wurde und welches der beiden stimmt; berichtigen Sie Kopfdaten oder Array.</translation>
  </message>
  <message>
   <source>{channel} holds something in only {share:.0f} % of the brain; elsewhere the model sees nothing of it:</source>
   <translation>{channel} enthält nur in {share:.0f} % des Gehirns etwas; anderswo sieht das Modell nichts davon:</translation>
  </message>
  <message>
   <source>give an image of the whole brain, or look at the labels beyond it.</source>
   <translation>geben Sie ein Bild des ganzen Gehirns an, oder sehen Sie sich die Label jenseits davon an.</translation>
  </message>
  <message>
   <source>{channel} was off, and was moved by {shift:.1f} mm and turned by {angle:.1f} degrees to fit the QSM:</source>
   <translation>{channel} lag daneben und wurde um {shift:.1f} mm verschoben und um {angle:.1f} Grad gedreht, um auf das QSM zu passen:</translation>
  </message>
  <message>
   <source>look at both images.</source>
   <translation>sehen Sie beide Bilder an.</translation>
  </message>
  <message>
   <source>The model wants {wanted} input channel(s) and got {given};</source>
   <translation>Das Modell erwartet {wanted} Eingangskanäle und bekam {given};</translation>
  </message>
  <message>
   <source>give one image per channel.</source>
   <translation>geben Sie ein Bild je Kanal.</translation>
  </message>
  <message>
   <source>The brain mask is empty;</source>
   <translation>Die Gehirnmaske ist leer;</translation>
  </message>
  <message>
   <source>check that the image is a masked QSM.</source>
   <translation>prüfen Sie, ob das Bild ein maskiertes QSM ist.</translation>
  </message>
  <message>
   <source>The image would be too large on the model's grid;</source>
   <translation>Das Bild wäre auf dem Gitter des Modells zu groß;</translation>
  </message>
  <message>
   <source>check the voxel size in the image's header.</source>
   <translation>prüfen Sie die Voxelgröße im Header des Bildes.</translation>
  </message>
  <message>
   <source>The brain mask vanishes on the model's grid;</source>
   <translation>Die Gehirnmaske verschwindet auf dem Gitter des Modells;</translation>
  </message>
  <message>
   <source>Preprocessing: axes {value!r} is no axis code;</source>
   <translation>Vorverarbeitung: axes {value!r} ist kein Achsencode;</translation>
  </message>
  <message>
   <source>write three letters such as RAS.</source>
   <translation>schreiben Sie drei Buchstaben wie RAS.</translation>
  </message>
  <message>
   <source>Preprocessing: shape {value}</source>
   <translation>Vorverarbeitung: shape {value}</translation>
  </message>
  <message>
   <source>needs three positive whole numbers.</source>
   <translation>braucht drei positive ganze Zahlen.</translation>
  </message>
  <message>
   <source>Preprocessing: window_units {value}</source>
   <translation>Vorverarbeitung: window_units {value}</translation>
  </message>
  <message>
   <source>needs own or median per channel, own for the first.</source>
   <translation>braucht own oder median je Kanal, own für den ersten.</translation>
  </message>
  <message>
   <source>Preprocessing: windows {value}</source>
   <translation>Vorverarbeitung: windows {value}</translation>
  </message>
  <message>
   <source>needs a (low, high) pair per channel.</source>
   <translation>braucht ein Paar (low, high) je Kanal.</translation>
  </message>
  <message>
   <source>choose one under Advanced &gt; Units.</source>
   <translation>wählen Sie eine unter Erweitert &gt; Einheit.</translation>
  </message>
  <message>
   <source>check the voxel size and set the true one as Image Spacing in the module Volumes.</source>
   <translation>Prüfen Sie die Voxelgröße, und setzen Sie die wahre als Image Spacing im Modul Volumes.</translation>
  </message>
  <message>
   <source>check the header, and open a file with the true voxel size.</source>
   <translation>Prüfen Sie den Header, und öffnen Sie eine Datei mit der wahren Voxelgröße.</translation>
  </message>
  <message>
   <source>There is no option {option}:</source>
   <translation>Die Option {option} gibt es nicht:</translation>
  </message>
  <message>
   <source>choose of {choices}.</source>
   <translation>Wählen Sie aus {choices}.</translation>
  </message>
  <message>
   <source>The option {option} is {value!r}:</source>
   <translation>Die Option {option} ist {value!r}:</translation>
  </message>
  <message>
   <source>give {expected}.</source>
   <translation>Geben Sie {expected}.</translation>
  </message>
  <message>
   <source>The model {model} knows one side of a structure only ({structure}), so its result cannot be averaged with that of the mirrored head:</source>
   <translation>Das Modell {model} kennt eine Struktur nur auf einer Seite ({structure}), sein Ergebnis kann also nicht mit dem des gespiegelten Kopfes gemittelt werden:</translation>
  </message>
  <message>
   <source>leave flip averaging off.</source>
   <translation>Lassen Sie die Mittelung mit dem gespiegelten Kopf aus.</translation>
  </message>
  <message>
   <source>Device {device!r} is none of {choices};</source>
   <translation>Das Gerät {device!r} ist keines von {choices};</translation>
  </message>
  <message>
   <source>choose one of these.</source>
   <translation>wählen Sie eines davon.</translation>
  </message>
  <message>
   <source>Device {device} cannot be used: {reason};</source>
   <translation>Das Gerät {device} kann nicht verwendet werden: {reason};</translation>
  </message>
  <message>
   <source>choose cpu or auto under Advanced &gt; Device.</source>
   <translation>wählen Sie cpu oder auto unter Erweitert &gt; Gerät.</translation>
  </message>
  <message>
   <source>{device} cannot be used ({reason}); running on the CPU instead.</source>
   <translation>{device} kann nicht verwendet werden ({reason}); gerechnet wird stattdessen auf der CPU.</translation>
  </message>
  <message>
   <source>{device} is visible but cannot be used ({reason}); running on the CPU instead.</source>
   <translation>{device} ist sichtbar, kann aber nicht verwendet werden ({reason}); gerechnet wird stattdessen auf der CPU.</translation>
  </message>
  <message>
   <source>Backend {backend!r} is none of {choices};</source>
   <translation>Das Backend {backend!r} ist keines von {choices};</translation>
  </message>
  <message>
   <source>OpenVINO is not installed;</source>
   <translation>OpenVINO ist nicht installiert;</translation>
  </message>
  <message>
   <source>install the extra fast-cpu, or leave the choice to auto.</source>
   <translation>installieren Sie das Extra fast-cpu, oder lassen Sie die Wahl auf auto.</translation>
  </message>
  <message>
   <source>Not installed: {packages};</source>
   <translation>Nicht installiert: {packages};</translation>
  </message>
  <message>
   <source>install the extra peers, or leave that part out.</source>
   <translation>installieren Sie das Extra peers, oder lassen Sie diesen Teil aus.</translation>
  </message>
  <message>
   <source>Out of memory on {device}; trying again with tiles of {tile: x } voxels.</source>
   <translation>Kein Speicher mehr auf {device}; neuer Versuch mit Kacheln von {tile: x } Voxeln.</translation>
  </message>
  <message>
   <source>Out of memory on {device}; going on with the CPU.</source>
   <translation>Kein Speicher mehr auf {device}; weiter geht es mit der CPU.</translation>
  </message>
  <message>
   <source>This computer has too little free memory for the network;</source>
   <translation>Dieser Computer hat zu wenig freien Arbeitsspeicher für das Netz;</translation>
  </message>
  <message>
   <source>close other programs.</source>
   <translation>schließen Sie andere Programme.</translation>
  </message>
  <message>
   <source>Connectivity {connectivity} is none of 6, 18 and 26;</source>
   <translation>Die Nachbarschaft {connectivity} ist keine von 6, 18 und 26;</translation>
  </message>
  <message>
   <source>A structure reaches the border of the region where it is expected; searching a larger one.</source>
   <translation>Eine Struktur reicht an den Rand des Bereichs, in dem sie erwartet wird; ein größerer wird durchsucht.</translation>
  </message>
  <message>
   <source>A structure reaches the border of the region where it is expected; searching the whole volume.</source>
   <translation>Eine Struktur reicht an den Rand des Bereichs, in dem sie erwartet wird; das ganze Volumen wird durchsucht.</translation>
  </message>
  <message>
   <source>The sign of the map looks flipped, for the network is sure of most structures only with the other one: iron should be positive;</source>
   <translation>Das Vorzeichen der Karte scheint umgekehrt, denn das Netz ist sich bei den meisten Strukturen nur mit dem anderen sicher: Eisen sollte positiv sein;</translation>
  </message>
  <message>
   <source>multiply the map by -1 and run again.</source>
   <translation>multiplizieren Sie die Karte mit -1, und starten Sie den Lauf neu.</translation>
  </message>
  <message>
   <source>{name} was not found;</source>
   <translation>{name} wurde nicht gefunden;</translation>
  </message>
  <message>
   <source>look at the image, its unit and its orientation.</source>
   <translation>sehen Sie sich das Bild, seine Einheit und seine Orientierung an.</translation>
  </message>
  <message>
   <source>The results could not be written to {folder} ({reason});</source>
   <translation>Die Ergebnisse konnten nicht in {folder} geschrieben werden ({reason});</translation>
  </message>
  <message>
   <source>free space or choose another folder.</source>
   <translation>schaffen Sie Platz, oder wählen Sie einen anderen Ordner.</translation>
  </message>
  <message>
   <source>The picture and the report page could not be drawn ({type}: {text}); labels and tables are complete.</source>
   <translation>Bild und Befundseite konnten nicht gezeichnet werden ({type}: {text}); Labels und Tabellen sind vollständig.</translation>
  </message>
  <message>
   <source>No sample volume ships with this version;</source>
   <translation>Mit dieser Version kommt kein Beispielvolumen;</translation>
  </message>
  <message>
   <source>give a QSM of your own.</source>
   <translation>geben Sie ein eigenes QSM.</translation>
  </message>
  <message>
   <source>Choose a QSM volume first.</source>
   <translation>Wählen Sie zuerst ein QSM-Volumen.</translation>
  </message>
  <message>
   <source>{node} is no volume node:</source>
   <translation>{node} ist kein Knoten eines Volumens:</translation>
  </message>
  <message>
   <source>give the node of a QSM volume.</source>
   <translation>Geben Sie den Knoten eines QSM-Volumens.</translation>
  </message>
  <message>
   <source>{name} is no volume:</source>
   <translation>{name} ist kein Volumen:</translation>
  </message>
  <message>
   <source>choose a QSM volume.</source>
   <translation>Wählen Sie ein QSM-Volumen.</translation>
  </message>
  <message>
   <source>{name} is a label map:</source>
   <translation>{name} ist eine Labelkarte:</translation>
  </message>
  <message>
   <source>choose the QSM volume itself.</source>
   <translation>Wählen Sie das QSM-Volumen selbst.</translation>
  </message>
  <message>
   <source>load it again or choose another volume.</source>
   <translation>Laden Sie es noch einmal, oder wählen Sie ein anderes Volumen.</translation>
  </message>
  <message>
   <source>{name} has {count} values in each voxel (colour, vector or 4-D data):</source>
   <translation>{name} hat {count} Werte in jedem Voxel (Farbe, Vektor oder 4-D-Daten):</translation>
  </message>
  <message>
   <source>choose a single QSM volume.</source>
   <translation>Wählen Sie ein einzelnes QSM-Volumen.</translation>
  </message>
  <message>
   <source>{name} has only {size: x } voxels:</source>
   <translation>{name} hat nur {size: x } Voxel:</translation>
  </message>
  <message>
   <source>choose a whole-brain QSM volume.</source>
   <translation>Wählen Sie ein QSM-Volumen des ganzen Gehirns.</translation>
  </message>
  <message>
   <source>This segmentation holds none of its label set's structures:</source>
   <translation>Diese Segmentierung enthält keine Struktur ihres Labelsatzes:</translation>
  </message>
  <message>
   <source>segment a QSM volume first.</source>
   <translation>Segmentieren Sie zuerst ein QSM-Volumen.</translation>
  </message>
  <message>
   <source>There is no table yet:</source>
   <translation>Es gibt noch keine Tabelle:</translation>
  </message>
  <message>
   <source>segment a QSM volume, or choose a segmentation, first.</source>
   <translation>Segmentieren Sie zuerst ein QSM-Volumen, oder wählen Sie eine Segmentierung.</translation>
  </message>
  <message>
   <source>The labels lie outside of {name}:</source>
   <translation>Die Labels liegen außerhalb von {name}:</translation>
  </message>
  <message>
   <source>choose the segmentation that belongs to this volume.</source>
   <translation>Wählen Sie die Segmentierung, die zu diesem Volumen gehört.</translation>
  </message>
  <message>
   <source>The volume that these labels were made from, {made_from}, is gone; measured is {measured}.</source>
   <translation>Das Volumen, aus dem diese Labels entstanden, {made_from}, ist weg; gemessen wird {measured}.</translation>
  </message>
  <message>
   <source>{name} is no QSM: its values stand in the table as they are, not in ppb.</source>
   <translation>{name} ist kein QSM: Seine Werte stehen in der Tabelle, wie sie sind, nicht in ppb.</translation>
  </message>
  <message>
   <source>{count} voxels belong to two structures at once and are counted for one:</source>
   <translation>{count} Voxel gehören zu zwei Strukturen zugleich und zählen für eine:</translation>
  </message>
  <message>
   <source>erase them from one of the two.</source>
   <translation>Radieren Sie sie in einer von beiden weg.</translation>
  </message>
  <message>
   <source>A segmentation is running:</source>
   <translation>Eine Segmentierung läuft:</translation>
  </message>
  <message>
   <source>wait for its end, or make another DGMSegmentationLogic.</source>
   <translation>Warten Sie ihr Ende ab, oder legen Sie eine weitere DGMSegmentationLogic an.</translation>
  </message>
  <message>
   <source>wait for its end, or cancel it.</source>
   <translation>Warten Sie ihr Ende ab, oder brechen Sie sie ab.</translation>
  </message>
  <message>
   <source>{name} was edited during the run and stays as it is:</source>
   <translation>{name} wurde während des Laufs bearbeitet und bleibt, wie es ist:</translation>
  </message>
  <message>
   <source>choose {new} under Segmentation to see the new labels.</source>
   <translation>Wählen Sie {new} unter Segmentierung, um die neuen Labels zu sehen.</translation>
  </message>
  <message>
   <source>The temporary folder {path} cannot be written ({reason}):</source>
   <translation>In den temporären Ordner {path} kann nicht geschrieben werden ({reason}):</translation>
  </message>
  <message>
   <source>free some space, or start the program again with TMPDIR set to another folder.</source>
   <translation>Schaffen Sie Platz, oder starten Sie das Programm mit einem anderen Ordner in TMPDIR.</translation>
  </message>
  <message>
   <source>free some space or choose another one in the application settings.</source>
   <translation>Schaffen Sie Platz, oder wählen Sie einen anderen in den Einstellungen der Anwendung.</translation>
  </message>
  <message>
   <source>The segmentation process could not be started ({reason}):</source>
   <translation>Der Segmentierungsprozess konnte nicht gestartet werden ({reason}):</translation>
  </message>
  <message>
   <source>try again, or install the program again.</source>
   <translation>Versuchen Sie es wieder, oder installieren Sie das Programm noch einmal.</translation>
  </message>
  <message>
   <source>The volume {name} was removed during the run; nothing was changed:</source>
   <translation>Das Volumen {name} wurde während des Laufs entfernt; nichts wurde geändert:</translation>
  </message>
  <message>
   <source>load it and segment again.</source>
   <translation>Laden Sie es, und segmentieren Sie noch einmal.</translation>
  </message>
  <message>
   <source>The volume {name} was replaced during the run; nothing was changed:</source>
   <translation>Das Volumen {name} wurde während des Laufs ersetzt; nichts wurde geändert:</translation>
  </message>
  <message>
   <source>segment again.</source>
   <translation>Segmentieren Sie noch einmal.</translation>
  </message>
  <message>
   <source>No study was named:</source>
   <translation>Keine Studie wurde genannt:</translation>
  </message>
  <message>
   <source>give a BIDS folder, a table of images, or image files.</source>
   <translation>Geben Sie einen BIDS-Ordner, eine Tabelle von Bildern oder Bilddateien.</translation>
  </message>
  <message>
   <source>{path} holds no susceptibility map that can be read:</source>
   <translation>{path} enthält keine lesbare Suszeptibilitätskarte:</translation>
  </message>
  <message>
   <source>give a BIDS folder, or one with .nii, .nii.gz or .nrrd files.</source>
   <translation>Geben Sie einen BIDS-Ordner oder einen mit Dateien .nii, .nii.gz oder .nrrd.</translation>
  </message>
  <message>
   <source>{path} has results in several folders below derivatives ({names}):</source>
   <translation>{path} hat Ergebnisse in mehreren Ordnern unter derivatives ({names}):</translation>
  </message>
  <message>
   <source>give the one that you mean.</source>
   <translation>Geben Sie den gemeinten.</translation>
  </message>
  <message>
   <source>There is no case {name} in {path}:</source>
   <translation>Es gibt keinen Fall {name} in {path}:</translation>
  </message>
  <message>
   <source>open the study again.</source>
   <translation>Öffnen Sie die Studie noch einmal.</translation>
  </message>
  <message>
   <source>The image {path} is not there:</source>
   <translation>Das Bild {path} ist nicht da:</translation>
  </message>
  <message>
   <source>put it back, or open the folder where it is now with its results.</source>
   <translation>Legen Sie es zurück, oder öffnen Sie den Ordner, in dem es jetzt mit seinen Ergebnissen liegt.</translation>
  </message>
  <message>
   <source>{name} cannot be read ({problem}):</source>
   <translation>{name} kann nicht gelesen werden ({problem}):</translation>
  </message>
  <message>
   <source>mend that, and open the case again.</source>
   <translation>Beheben Sie das, und öffnen Sie den Fall noch einmal.</translation>
  </message>
  <message>
   <source>{name} has no labels yet:</source>
   <translation>{name} hat noch keine Labels:</translation>
  </message>
  <message>
   <source>wait for the segmentation, or reject the case with a reason.</source>
   <translation>Warten Sie die Segmentierung ab, oder lehnen Sie den Fall mit einem Grund ab.</translation>
  </message>
  <message>
   <source>You signed or rejected this case in another window since this one opened it ({time}):</source>
   <translation>Sie haben diesen Fall in einem anderen Fenster unterzeichnet oder abgelehnt, seit er in diesem geöffnet wurde ({time}):</translation>
  </message>
  <message>
   <source>go to another case and back, look at it, and then sign.</source>
   <translation>Gehen Sie zu einem anderen Fall und zurück, sehen Sie ihn an und unterzeichnen Sie dann.</translation>
  </message>
  <message>
   <source>The model's labels of this case were made anew since you opened it, so nothing is signed:</source>
   <translation>Die Labels des Modells wurden für diesen Fall neu gemacht, seit Sie ihn geöffnet haben; nichts wird unterzeichnet:</translation>
  </message>
  <message>
   <source>The automatic labels {path} lie on another grid than the image, and are left out.</source>
   <translation>Die automatischen Labels {path} liegen auf einem anderen Gitter als das Bild und bleiben weg.</translation>
  </message>
  <message>
   <source>The image of this case is another one than the model segmented: the model's labels do not count for it.</source>
   <translation>Das Bild dieses Falls ist ein anderes als das, das das Modell segmentiert hat: Die Labels des Modells gelten für es nicht.</translation>
  </message>
  <message>
   <source>A reader cannot be called "{reader}": that word names the corrections that a cohort takes;</source>
   <translation>Ein Befunder kann nicht „{reader}“ heißen: Dieses Wort benennt die Korrekturen, die eine Kohorte nimmt;</translation>
  </message>
  <message>
   <source>give another name.</source>
   <translation>geben Sie einen anderen Namen.</translation>
  </message>
  <message>
   <source>A line of the journal holds no change of labels:</source>
   <translation>Eine Zeile des Protokollbuchs enthält keine Änderung von Labels:</translation>
  </message>
  <message>
   <source>what stands before it can still be used.</source>
   <translation>Was davor steht, ist noch brauchbar.</translation>
  </message>
  <message>
   <source>A line of the journal does not follow from the lines before it:</source>
   <translation>Eine Zeile des Protokollbuchs folgt nicht aus den Zeilen davor:</translation>
  </message>
  <message>
   <source>{path} is no journal that can be read:</source>
   <translation>{path} ist kein lesbares Protokollbuch:</translation>
  </message>
  <message>
   <source>look for an older copy.</source>
   <translation>Suchen Sie eine ältere Kopie.</translation>
  </message>
  <message>
   <source>The journal of this case cannot be written in {path} ({reason}), so a crash would lose your edits:</source>
   <translation>Das Protokollbuch dieses Falls kann nicht in {path} geschrieben werden ({reason}), bei einem Absturz gingen Ihre Änderungen verloren:</translation>
  </message>
  <message>
   <source>make room or get the right to write there.</source>
   <translation>Schaffen Sie Platz oder das Recht, dort zu schreiben.</translation>
  </message>
  <message>
   <source>{path} lies beyond the folder of the study, and is not used:</source>
   <translation>{path} liegt außerhalb des Ordners der Studie und wird nicht verwendet:</translation>
  </message>
  <message>
   <source>remove the link that leads there.</source>
   <translation>Entfernen Sie den Link, der dorthin führt.</translation>
  </message>
  <message>
   <source>The last line of the journal {path} was not written whole (a crash), and is left out: the last stroke is missing.</source>
   <translation>Die letzte Zeile des Protokollbuchs {path} wurde nicht ganz geschrieben (ein Absturz) und bleibt weg: Der letzte Strich fehlt.</translation>
  </message>
  <message>
   <source>Line {number} of the journal {path} is damaged; it and what follows are left out.</source>
   <translation>Zeile {number} des Protokollbuchs {path} ist beschädigt; sie und was folgt bleibt weg.</translation>
  </message>
  <message>
   <source>The first line of your journal {path} is damaged, so it does not tell which labels that session began with.</source>
   <translation>Die erste Zeile Ihres Protokollbuchs {path} ist beschädigt; es sagt daher nicht, mit welchen Labels diese Sitzung begann.</translation>
  </message>
  <message>
   <source>Your reading of {time} goes on as you left it (changes that are not signed yet: {strokes}).</source>
   <translation>Ihre Befundung vom {time} geht weiter, wie Sie sie verlassen haben (noch nicht unterzeichnete Änderungen: {strokes}).</translation>
  </message>
  <message>
   <source>{reader} signed this case at {time}; your labels go into a file of your own.</source>
   <translation>{reader} hat diesen Fall am {time} unterzeichnet; Ihre Labels kommen in eine eigene Datei.</translation>
  </message>
  <message>
   <source>{reader} rejected this case: {reason}</source>
   <translation>{reader} hat diesen Fall abgelehnt: {reason}</translation>
  </message>
  <message>
   <source>{reader} has begun to read this case ({time}).</source>
   <translation>{reader} hat begonnen, diesen Fall zu befunden ({time}).</translation>
  </message>
  <message>
   <source>The labels are those of {name}.</source>
   <translation>Die Labels sind die von {name}.</translation>
  </message>
  <message>
   <source>{path} was changed since you signed it; you see the file as it is now. The cohort goes on taking it: Done writes your labels into a file of your own.</source>
   <translation>{path} wurde geändert, seit Sie unterzeichnet haben; Sie sehen die Datei, wie sie jetzt ist. Die Kohorte nimmt sie weiterhin: „Fertig“ schreibt Ihre Labels in eine eigene Datei.</translation>
  </message>
  <message>
   <source>{path} was changed since you signed it, and the cohort goes on taking it as it is; you see the labels of your journal, and Done writes them into a file of your own.</source>
   <translation>{path} wurde geändert, seit Sie unterzeichnet haben, und die Kohorte nimmt sie weiterhin, wie sie ist; Sie sehen die Labels Ihres Protokollbuchs, und „Fertig“ schreibt sie in eine eigene Datei.</translation>
  </message>
  <message>
   <source>The journal {path} cannot be used: {problem}</source>
   <translation>Das Protokollbuch {path} kann nicht verwendet werden: {problem}</translation>
  </message>
  <message>
   <source>The journal {path} belongs to an image of another size or place, and is left out.</source>
   <translation>Das Protokollbuch {path} gehört zu einem Bild anderer Größe oder Lage und bleibt weg.</translation>
  </message>
  <message>
   <source>The journal {path} does not say how its image lay, and no labels of the model lie where its labels do (mirrored, perhaps): it is left out.</source>
   <translation>Das Protokollbuch {path} sagt nicht, wie sein Bild lag, und wo seine Labels liegen, liegen keine des Modells (vielleicht gespiegelt): Es bleibt weg.</translation>
  </message>
  <message>
   <source>The image is stored otherwise than when you read it (axes, place or crop); your labels went with it, voxel for voxel.</source>
   <translation>Das Bild ist anders gespeichert als bei Ihrer Befundung (Achsen, Lage oder Ausschnitt); Ihre Labels sind Voxel für Voxel mitgegangen.</translation>
  </message>
  <message>
   <source>The header of the image says another place than when you read it; your labels went with the voxels.</source>
   <translation>Der Kopf der Bilddatei nennt einen anderen Ort als bei Ihrer Befundung; Ihre Labels sind bei den Voxeln geblieben.</translation>
  </message>
  <message>
   <source>The image has another grid than when you read it; your labels ({path}) were carried over to the nearest voxels: look at their edges.</source>
   <translation>Das Bild hat ein anderes Gitter als bei Ihrer Befundung; Ihre Labels ({path}) wurden auf die nächsten Voxel übertragen: Sehen Sie ihre Ränder an.</translation>
  </message>
  <message>
   <source>The image has changed since you began to read it ({time}): look whether your labels still fit.</source>
   <translation>Das Bild hat sich geändert, seit Sie es zu befunden begannen ({time}): Sehen Sie nach, ob Ihre Labels noch passen.</translation>
  </message>
  <message>
   <source>The model's labels of this case are others than when you began to read it ({time}); you see yours, and what differs from the model's of now counts as edited.</source>
   <translation>Die Labels des Modells sind für diesen Fall andere als zu Beginn Ihrer Befundung ({time}); Sie sehen Ihre, und was von den jetzigen des Modells abweicht, gilt als bearbeitet.</translation>
  </message>
  <message>
   <source>All its changes follow from the labels that are known, and were taken over.</source>
   <translation>Alle seine Änderungen folgen aus den bekannten Labels und wurden übernommen.</translation>
  </message>
  <message>
   <source>Its changes follow from no labels that are known, and are left out.</source>
   <translation>Seine Änderungen folgen aus keinen bekannten Labels und bleiben weg.</translation>
  </message>
  <message>
   <source>{name}, which you signed, is not there any more, or is another reader's now: the case is in review again, and Done writes your labels anew from your journal.</source>
   <translation>{name}, von Ihnen unterzeichnet, ist nicht mehr da oder gehört jetzt einem anderen Befunder: Der Fall ist wieder in Arbeit, und „Fertig“ schreibt Ihre Labels neu aus Ihrem Protokollbuch.</translation>
  </message>
  <message>
   <source>You changed this case in another window, too ({file}, {time}, changes: {strokes}); of these you see {structures}.</source>
   <translation>Sie haben diesen Fall auch in einem anderen Fenster geändert ({file}, {time}, Änderungen: {strokes}); davon sehen Sie {structures}.</translation>
  </message>
  <message>
   <source>You changed {structures} in another window, too ({file}, {time}, changes: {strokes}), and otherwise: you see what {kept} says; the other stays in its journal.</source>
   <translation>Sie haben {structures} auch in einem anderen Fenster geändert ({file}, {time}, Änderungen: {strokes}), und zwar anders: Sie sehen, was {kept} sagt; das andere bleibt in seinem Protokollbuch.</translation>
  </message>
  <message>
   <source>You changed this case in another window, too ({file}, {time}, changes: {strokes}), beginning with other labels: that stays in its journal.</source>
   <translation>Sie haben diesen Fall auch in einem anderen Fenster geändert ({file}, {time}, Änderungen: {strokes}), ausgehend von anderen Labels: Das bleibt in seinem Protokollbuch.</translation>
  </message>
  <message>
   <source>{name} is being segmented; it appears as soon as it is.</source>
   <translation>{name} wird segmentiert und erscheint, sobald das fertig ist.</translation>
  </message>
  <message>
   <source>{name} cannot be segmented: {problem}</source>
   <translation>{name} kann nicht segmentiert werden: {problem}</translation>
  </message>
  <message>
   <source>{name} cannot be shown, so there is nothing to sign: reject it with a reason, or go on.</source>
   <translation>{name} kann nicht gezeigt werden, also gibt es nichts zu unterzeichnen: Lehnen Sie den Fall mit einem Grund ab, oder gehen Sie weiter.</translation>
  </message>
  <message>
   <source>A segmentation is running: wait for its labels, or cancel it; then sign the case.</source>
   <translation>Eine Segmentierung läuft: Warten Sie auf ihre Labels, oder brechen Sie sie ab; unterzeichnen Sie den Fall dann.</translation>
  </message>
  <message>
   <source>No slice of these labels asks for a look.</source>
   <translation>Keine Schicht dieser Labels verlangt einen Blick.</translation>
  </message>
  <message>
   <source>F6 leads on to the list and to the table.</source>
   <translation>F6 führt weiter zur Liste und zur Tabelle.</translation>
  </message>
  <message>
   <source>Cases that came into the folder meanwhile: {names}.</source>
   <translation>Fälle, die inzwischen in den Ordner kamen: {names}.</translation>
  </message>
  <message>
   <source>No case came into the folder since the study was opened.</source>
   <translation>Seit dem Öffnen der Studie kam kein Fall in den Ordner.</translation>
  </message>
  <message>
   <source>This is the last case of the list.</source>
   <translation>Das ist der letzte Fall der Liste.</translation>
  </message>
  <message>
   <source>This is the first case of the list.</source>
   <translation>Das ist der erste Fall der Liste.</translation>
  </message>
  <message>
   <source>Everything you did to {name} is saved in its journal; Done signs it.</source>
   <translation>Alles, was Sie an {name} getan haben, steht in seinem Protokollbuch; Fertig unterzeichnet es.</translation>
  </message>
  <message>
   <source>Say in a few words why the case cannot be used; nothing was rejected.</source>
   <translation>Sagen Sie in wenigen Worten, warum der Fall nicht verwendbar ist; nichts wurde abgelehnt.</translation>
  </message>
  <message>
   <source>The page, the table and the adaptation hold what other readers signed, so a blind reading does not show them:</source>
   <translation>Seite, Tabelle und Anpassung enthalten, was andere unterzeichnet haben; eine blinde Lesung zeigt sie deshalb nicht:</translation>
  </message>
  <message>
   <source>open the study without Blind to others to see them.</source>
   <translation>Öffnen Sie die Studie ohne Blind für andere, um sie zu sehen.</translation>
  </message>
  <message>
   <source>start the program for a reading that is not blind to see them.</source>
   <translation>Starten Sie das Programm für eine Befundung, die nicht blind ist, um sie zu sehen.</translation>
  </message>
  <message>
   <source>This is not there yet; it is made when a case is done.</source>
   <translation>Das gibt es noch nicht; es entsteht, wenn ein Fall fertig ist.</translation>
  </message>
  <message>
   <source>Other computers can reach this page, so it opens no folders:</source>
   <translation>Andere Computer können diese Seite erreichen, deshalb öffnet sie keine Ordner:</translation>
  </message>
  <message>
   <source>start the program with the folder's path.</source>
   <translation>Starten Sie das Programm mit dem Pfad des Ordners.</translation>
  </message>
  <message>
   <source>Other computers can reach this page, so it opens one image at a time:</source>
   <translation>Andere Computer können diese Seite erreichen, deshalb öffnet sie ein Bild zurzeit:</translation>
  </message>
  <message>
   <source>start the program with the images' paths.</source>
   <translation>Starten Sie das Programm mit den Pfaden der Bilder.</translation>
  </message>
  <message>
   <source>{count} images were copied to {path}; what you do to them is kept there, too.</source>
   <translation>{count} Bilder wurden nach {path} kopiert; was Sie daran tun, bleibt auch dort.</translation>
  </message>
  <message>
   <source>The images cannot be copied to {path} ({reason}):</source>
   <translation>Die Bilder können nicht nach {path} kopiert werden ({reason}):</translation>
  </message>
  <message>
   <source>start the program in a folder that you may write to, or with the images' paths.</source>
   <translation>Starten Sie das Programm in einem Ordner, in den Sie schreiben dürfen, oder mit den Pfaden der Bilder.</translation>
  </message>
  <message>
   <source>{path} does not lie below {places: or }:</source>
   <translation>{path} liegt nicht unter {places: oder }:</translation>
  </message>
  <message>
   <source>start the program with the folder's path to open it.</source>
   <translation>Starten Sie das Programm mit dem Pfad des Ordners, um ihn zu öffnen.</translation>
  </message>
  <message>
   <source>The volume's temporary file {path} is gone:</source>
   <translation>Die temporäre Datei {path} des Volumens ist weg:</translation>
  </message>
  <message>
   <source>start the run again.</source>
   <translation>Starten Sie den Lauf noch einmal.</translation>
  </message>
  <message>
   <source>The volume's temporary file {path} is damaged:</source>
   <translation>Die temporäre Datei {path} des Volumens ist beschädigt:</translation>
  </message>
  <message>
   <source>The temporary folder {path} is gone:</source>
   <translation>Der temporäre Ordner {path} ist weg:</translation>
  </message>
  <message>
   <source>The volume {name} is no 3-D image of numbers:</source>
   <translation>Das Volumen {name} ist kein 3-D-Bild aus Zahlen:</translation>
  </message>
  <message>
   <source>The segmentation process was ended by the system, probably because memory ran out:</source>
   <translation>Das System hat den Segmentierungsprozess beendet, wahrscheinlich weil der Arbeitsspeicher voll war:</translation>
  </message>
  <message>
   <source>close other programs, then start the run again.</source>
   <translation>Schließen Sie andere Programme, dann starten Sie den Lauf noch einmal.</translation>
  </message>
  <message>
   <source>close other programs, then click Segment again.</source>
   <translation>Schließen Sie andere Programme, dann klicken Sie noch einmal auf Segmentieren.</translation>
  </message>
  <message>
   <source>The segmentation process stopped unexpectedly (exit code {exit_code}):</source>
   <translation>Der Segmentierungsprozess endete unerwartet (Exit-Code {exit_code}):</translation>
  </message>
  <message>
   <source>start the run again, and report it with the log if it happens again.</source>
   <translation>Starten Sie den Lauf noch einmal, und melden Sie es mit dem Log, wenn es wieder geschieht.</translation>
  </message>
  <message>
   <source>see Details, then click Segment again.</source>
   <translation>Sehen Sie unter Einzelheiten nach, dann klicken Sie noch einmal auf Segmentieren.</translation>
  </message>
  <message>
   <source>The segmentation failed: {message}</source>
   <translation>Die Segmentierung ist gescheitert: {message}</translation>
  </message>
  <message>
   <source>The panel speaks version {panel} and the segmentation process version {worker}:</source>
   <translation>Das Panel spricht Version {panel}, der Segmentierungsprozess Version {worker}:</translation>
  </message>
  <message>
   <source>restart the application so that both come from the same installation.</source>
   <translation>Starten Sie die Anwendung neu, damit beide aus derselben Installation kommen.</translation>
  </message>
  <message>
   <source>A message to the segmentation process is too long:</source>
   <translation>Eine Nachricht an den Segmentierungsprozess ist zu lang:</translation>
  </message>
  <message>
   <source>send volumes as files.</source>
   <translation>Schicken Sie Volumina als Dateien.</translation>
  </message>
  <message>
   <source>A message to the segmentation process is no JSON object;</source>
   <translation>Eine Nachricht an den Segmentierungsprozess ist kein JSON-Objekt;</translation>
  </message>
  <message>
   <source>please report it.</source>
   <translation>bitte melden Sie das.</translation>
  </message>
  <message>
   <source>The segmentation process does not know the request {request};</source>
   <translation>Der Segmentierungsprozess kennt die Anfrage {request} nicht;</translation>
  </message>
  <message>
   <source>A message to the segmentation process cannot be read:</source>
   <translation>Eine Nachricht an den Segmentierungsprozess ist nicht lesbar:</translation>
  </message>
  <message>
   <source>restart the application.</source>
   <translation>Starten Sie die Anwendung neu.</translation>
  </message>
  <message>
   <source>click Segment again.</source>
   <translation>Klicken Sie noch einmal auf Segmentieren.</translation>
  </message>
  <message>
   <source>The {1} is diamagnetic here ({2} ppb on average): the sign of the map may be flipped, or the structures missed.</source>
   <translation>Die Struktur {1} ist hier diamagnetisch (im Mittel {2} ppb): Das Vorzeichen der Karte ist vielleicht umgekehrt, oder die Strukturen sind verfehlt.</translation>
  </message>
  <message>
   <source>sign flip</source>
   <translation>Vorzeichen umgekehrt</translation>
  </message>
  <message>
   <source>no voxel was found.</source>
   <translation>kein Voxel gefunden.</translation>
  </message>
  <message>
   <source>empty</source>
   <translation>leer</translation>
  </message>
  <message>
   <source>{1} of {2} voxels carry no value and were left out.</source>
   <translation>{1} von {2} Voxeln tragen keinen Wert und bleiben weg.</translation>
  </message>
  <message>
   <source>no values</source>
   <translation>keine Werte</translation>
  </message>
  <message>
   <source>mean {1} ppb lies outside {2} ppb; check units, reference and segmentation.</source>
   <translation>Mittelwert {1} ppb liegt außerhalb von {2} ppb; prüfen Sie Einheit, Referenz und Segmentierung.</translation>
  </message>
  <message>
   <source>mean low</source>
   <translation>Mittelwert niedrig</translation>
  </message>
  <message>
   <source>mean high</source>
   <translation>Mittelwert hoch</translation>
  </message>
  <message>
   <source>asymmetry</source>
   <translation>Asymmetrie</translation>
  </message>
  <message>
   <source>{1} separate parts; {2} of {3} voxels are loose.</source>
   <translation>{1} getrennte Teile; {2} von {3} Voxeln sind lose.</translation>
  </message>
  <message>
   <source>components</source>
   <translation>Teile</translation>
  </message>
  <message>
   <source>reaches the border of the image and may be cut off.</source>
   <translation>reicht an den Rand des Bildes und ist vielleicht abgeschnitten.</translation>
  </message>
  <message>
   <source>touches border</source>
   <translation>am Bildrand</translation>
  </message>
  <message>
   <source>{1} of {2} voxels lie outside the brain mask, where the map has no values.</source>
   <translation>{1} von {2} Voxeln liegen außerhalb der Gehirnmaske, wo die Karte keine Werte hat.</translation>
  </message>
  <message>
   <source>outside mask</source>
   <translation>außerhalb der Maske</translation>
  </message>
  <message>
   <source>{1} mm3 is far below {2} mm3; look for missing parts.</source>
   <translation>{1} mm3 ist weit unter {2} mm3; suchen Sie fehlende Teile.</translation>
  </message>
  <message>
   <source>volume low</source>
   <translation>Volumen niedrig</translation>
  </message>
  <message>
   <source>Voxels are {1} mm thick: small structures span only two or three slices.</source>
   <translation>Die Voxel sind {1} mm dick: Kleine Strukturen reichen nur über zwei oder drei Schichten.</translation>
  </message>
  <message>
   <source>thick voxels</source>
   <translation>dicke Voxel</translation>
  </message>
  <message>
   <source>The volume is tilted by {1} degrees: make sure that the reconstruction knew the direction of B0.</source>
   <translation>Das Volumen ist um {1} Grad gekippt: Vergewissern Sie sich, dass die Rekonstruktion die Richtung von B0 kannte.</translation>
  </message>
  <message>
   <source>oblique</source>
   <translation>gekippt</translation>
  </message>
  <message>
   <source>The network is sure of most structures only when the sign of the map is changed: the sign may be flipped.</source>
   <translation>Das Netz ist sich bei den meisten Strukturen nur mit umgekehrtem Vorzeichen der Karte sicher: Das Vorzeichen ist vielleicht umgekehrt.</translation>
  </message>
  <message>
   <source>the network was undecided about much of it; compare its outline with the picture.</source>
   <translation>das Netz war sich bei einem großen Teil unsicher; vergleichen Sie den Umriss mit dem Bild.</translation>
  </message>
  <message>
   <source>low confidence</source>
   <translation>geringe Sicherheit</translation>
  </message>
  <message>
   <source>the network outlines it otherwise in the mirrored head; compare its outline with the picture.</source>
   <translation>im gespiegelten Kopf zieht das Netz den Umriss anders; vergleichen Sie ihn mit dem Bild.</translation>
  </message>
  <message>
   <source>flip disagreement</source>
   <translation>Widerspruch im Spiegelbild</translation>
  </message>
  <message>
   <source>it reaches beyond the region where it is expected; check the brain mask and the orientation.</source>
   <translation>sie reicht über den Bereich hinaus, in dem sie erwartet wird; prüfen Sie Gehirnmaske und Orientierung.</translation>
  </message>
  <message>
   <source>outside prior</source>
   <translation>außerhalb des Erwarteten</translation>
  </message>
  <message>
   <source>{1} mm3 is far above {2} mm3; look for leakage.</source>
   <translation>{1} mm3 ist weit über {2} mm3; suchen Sie nach Überlaufen.</translation>
  </message>
  <message>
   <source>volume high</source>
   <translation>Volumen hoch</translation>
  </message>
  <message>
   <source>lost slab</source>
   <translation>fehlendes Stück</translation>
  </message>
  <message>
   <source>Preparing the image</source>
   <translation>Das Bild wird vorbereitet</translation>
  </message>
  <message>
   <source>Returning to the image's own grid</source>
   <translation>Zurück auf das Gitter des Bildes</translation>
  </message>
  <message>
   <source>Running the network</source>
   <translation>Das Netz rechnet</translation>
  </message>
  <message>
   <source>Trying other orientations</source>
   <translation>Andere Orientierungen werden versucht</translation>
  </message>
  <message>
   <source>Reading the image</source>
   <translation>Das Bild wird gelesen</translation>
  </message>
  <message>
   <source>Measuring</source>
   <translation>Messung</translation>
  </message>
  <message>
   <source>Starting the engine</source>
   <translation>Das Rechenwerk startet</translation>
  </message>
  <message>
   <source>Reading the model</source>
   <translation>Das Modell wird gelesen</translation>
  </message>
  <message>
   <source>Labelling by the protocol</source>
   <translation>Labels nach dem Protokoll</translation>
  </message>
  <message>
   <source>Looking at {1}</source>
   <translation>{1} wird angesehen</translation>
  </message>
  <message>
   <source>Fitting the labelling protocol</source>
   <translation>Das Labelprotokoll wird angepasst</translation>
  </message>
  <message>
   <source>Writing the model</source>
   <translation>Das Modell wird geschrieben</translation>
  </message>
  <message>
   <source>Simulating: {1} {2}/{3}</source>
   <translation>Simulation: {1} {2}/{3}</translation>
  </message>
  <message>
   <source>Model</source>
   <translation>Modell</translation>
  </message>
  <message>
   <source>A bundled model's name or a model file.</source>
   <translation>Der Name eines mitgelieferten Modells oder eine Modelldatei.</translation>
  </message>
  <message>
   <source>Protocol</source>
   <translation>Protokoll</translation>
  </message>
  <message>
   <source>A labelling protocol's name or file (dgmseg protocol list); none: the model's own classes.</source>
   <translation>Name oder Datei eines Labelprotokolls (dgmseg protocol list); keines: die Klassen des Modells selbst.</translation>
  </message>
  <message>
   <source>Device</source>
   <translation>Gerät</translation>
  </message>
  <message>
   <source>Where the network runs.</source>
   <translation>Wo das Netz rechnet.</translation>
  </message>
  <message>
   <source>Units</source>
   <translation>Einheit</translation>
  </message>
  <message>
   <source>Unit of the QSM.</source>
   <translation>Einheit des QSM.</translation>
  </message>
  <message>
   <source>Largest component</source>
   <translation>Größtes Stück</translation>
  </message>
  <message>
   <source>Keep only the largest piece of each structure.</source>
   <translation>Von jeder Struktur nur das größte Stück behalten.</translation>
  </message>
  <message>
   <source>Flip average</source>
   <translation>Mit Spiegelbild</translation>
  </message>
  <message>
   <source>Average with the mirrored head (twice the time).</source>
   <translation>Mit dem gespiegelten Kopf mitteln (doppelte Zeit).</translation>
  </message>
  <message>
   <source>Labels from a file or by hand</source>
   <translation>Labels aus einer Datei oder von Hand</translation>
  </message>
  <message>
   <source>edited by hand</source>
   <translation>von Hand bearbeitet</translation>
  </message>
  <message>
   <source>The segments have only numbers: they are taken as ours, 1 left red nucleus to 10 right caudate nucleus. Check one of them in the views.</source>
   <translation>Die Segmente haben nur Nummern: Sie gelten als unsere, 1 Nucleus ruber links bis 10 Nucleus caudatus rechts. Prüfen Sie einen davon in den Ansichten.</translation>
  </message>
  <message>
   <source>L: the patient's left.</source>
   <translation>L: links vom Patienten aus.</translation>
  </message>
  <message>
   <source>Mean susceptibility in ppb, as in the image (no reference is subtracted).</source>
   <translation>Mittlere Suszeptibilität in ppb, wie im Bild (keine Referenz ist abgezogen).</translation>
  </message>
  <message>
   <source>Standard deviation in ppb (n - 1).</source>
   <translation>Standardabweichung in ppb (n - 1).</translation>
  </message>
  <message>
   <source>Volume in mm3.</source>
   <translation>Volumen in mm3.</translation>
  </message>
  <message>
   <source>Worth a look: unusual volume, side difference, mean, or geometry.</source>
   <translation>Einen Blick wert: ungewöhnliches Volumen, Seitenunterschied, Mittelwert oder Form.</translation>
  </message>
  <message>
   <source>Cancelled; nothing was changed.</source>
   <translation>Abgebrochen; nichts wurde geändert.</translation>
  </message>
  <message>
   <source>the corrections</source>
   <translation>den Korrekturen</translation>
  </message>
  <message>
   <source>Learning from {1}</source>
   <translation>Lernt aus {1}</translation>
  </message>
  <message>
   <source>Learning from {1} (part {2} of {3})</source>
   <translation>Lernt aus {1} (Teil {2} von {3})</translation>
  </message>
  <message>
   <source>{1}, about {2} min left</source>
   <translation>{1}, noch etwa {2} min</translation>
  </message>
  <message>
   <source>colours</source>
   <translation>Farben</translation>
  </message>
  <message>
   <source>complex or unknown values</source>
   <translation>komplexe oder unbekannte Werte</translation>
  </message>
  <message>
   <source>ten times too large (divide them by 10)</source>
   <translation>zehnmal zu groß (durch 10 teilen)</translation>
  </message>
  <message>
   <source>4 pi times too large (divide them by 12.57)</source>
   <translation>4 pi-mal zu groß (durch 12.57 teilen)</translation>
  </message>
  <message>
   <source>ten times too small (multiply them by 10)</source>
   <translation>zehnmal zu klein (mit 10 malnehmen)</translation>
  </message>
  <message>
   <source>4 pi times too small (multiply them by 12.57)</source>
   <translation>4 pi-mal zu klein (mit 12.57 malnehmen)</translation>
  </message>
  <message>
   <source>Hz at 3 T (divide them by 127.7)</source>
   <translation>Hz bei 3 T (durch 127.7 teilen)</translation>
  </message>
  <message>
   <source>Hz at 7 T (divide them by 298)</source>
   <translation>Hz bei 7 T (durch 298 teilen)</translation>
  </message>
  <message>
   <source>radians (divide them by 2 pi, the echo time and the frequency, about 16 for 20 ms at 3 T)</source>
   <translation>Bogenmaß (durch 2 pi, die Echozeit und die Frequenz teilen, etwa 16 bei 20 ms und 3 T)</translation>
  </message>
  <message>
   <source>Hz at 3 T (multiply them by 7.83)</source>
   <translation>Hz bei 3 T (mit 7.83 malnehmen)</translation>
  </message>
  <message>
   <source>Hz at 7 T (multiply them by 3.36)</source>
   <translation>Hz bei 7 T (mit 3.36 malnehmen)</translation>
  </message>
  <message>
   <source>radians (multiply them by 1000 and divide by 2 pi, the echo time and the frequency)</source>
   <translation>Bogenmaß (mit 1000 malnehmen und durch 2 pi, die Echozeit und die Frequenz teilen)</translation>
  </message>
  <message>
   <source>{1} times those of a QSM</source>
   <translation>das {1}-Fache derer eines QSM</translation>
  </message>
  <message>
   <source>it has no voxel; this is where it should lie</source>
   <translation>es hat kein Voxel; hier sollte es liegen</translation>
  </message>
  <message>
   <source>the other side goes on here, and so does the map</source>
   <translation>die andere Seite geht hier weiter, und die Karte auch</translation>
  </message>
  <message>
   <source>only the other side is labelled in this slice, and bright tissue lies beside</source>
   <translation>nur die andere Seite ist in dieser Schicht gelabelt, und daneben liegt helles Gewebe</translation>
  </message>
  <message>
   <source>the network was undecided about much of its border</source>
   <translation>das Netz war sich bei einem großen Teil der Grenze unsicher</translation>
  </message>
  <message>
   <source>the network outlines it otherwise in the mirrored head</source>
   <translation>im gespiegelten Kopf zieht das Netz den Umriss anders</translation>
  </message>
  <message>
   <source>its first or last slice</source>
   <translation>ihre erste oder letzte Schicht</translation>
  </message>
  <message>
   <source>right</source>
   <translation>rechts</translation>
  </message>
  <message>
   <source>left</source>
   <translation>links</translation>
  </message>
  <message>
   <source>front</source>
   <translation>vorn</translation>
  </message>
  <message>
   <source>back</source>
   <translation>hinten</translation>
  </message>
  <message>
   <source>upper</source>
   <translation>oben</translation>
  </message>
  <message>
   <source>lower</source>
   <translation>unten</translation>
  </message>
  <message>
   <source>{1} of array axis {2}, counted from 0</source>
   <translation>{1} der Array-Achse {2}, ab 0 gezählt</translation>
  </message>
  <message>
   <source>{1}: {2}, in {3}; the other side goes on there, and so does the map.</source>
   <translation>{1}: {2}, in {3}; die andere Seite geht dort weiter, und die Karte auch.</translation>
  </message>
  <message>
   <source>slice {1}</source>
   <translation>Schicht {1}</translation>
  </message>
  <message>
   <source>slices {1} to {2}</source>
   <translation>Schichten {1} bis {2}</translation>
  </message>
  <message>
   <source>about {1} % of it seems to be missing at its {2} end</source>
   <translation>etwa {1} % scheinen {2} zu fehlen</translation>
  </message>
  <message>
   <source>about {1} % of it seems to be missing</source>
   <translation>etwa {1} % scheinen zu fehlen</translation>
  </message>
  <message>
   <source>down</source>
   <translation>unten</translation>
  </message>
  <message>
   <source>up</source>
   <translation>oben</translation>
  </message>
  <message>
   <source>{1} to {2}</source>
   <translation>{1} bis {2}</translation>
  </message>
  <message>
   <source>{1}: the volumes of the two sides differ much ({2} mm3 left, {3} mm3 right).</source>
   <translation>{1}: Die Volumina der beiden Seiten unterscheiden sich stark ({2} mm3 links, {3} mm3 rechts).</translation>
  </message>
  <message>
   <source>at least {1}</source>
   <translation>mindestens {1}</translation>
  </message>
  <message>
   <source>at most {1}</source>
   <translation>höchstens {1}</translation>
  </message>
  <message>
   <source>ok</source>
   <translation>in Ordnung</translation>
  </message>
  <message>
   <source>doubtful</source>
   <translation>zweifelhaft</translation>
  </message>
  <message>
   <source>failed</source>
   <translation>gescheitert</translation>
  </message>
  <message>
   <source>left-right</source>
   <translation>von links nach rechts</translation>
  </message>
  <message>
   <source>front-back</source>
   <translation>von vorn nach hinten</translation>
  </message>
  <message>
   <source>up-down</source>
   <translation>von oben nach unten</translation>
  </message>
  <message>
   <source>{1} mm {2}</source>
   <translation>{1} mm {2}</translation>
  </message>
  <message>
   <source>raw phase (values from -pi to pi)</source>
   <translation>rohe Phase (Werte von -pi bis pi)</translation>
  </message>
  <message>
   <source>raw phase (values from 0 to 2 pi)</source>
   <translation>rohe Phase (Werte von 0 bis 2 pi)</translation>
  </message>
  <message>
   <source>raw phase (whole numbers from -4096 to 4096)</source>
   <translation>rohe Phase (ganze Zahlen von -4096 bis 4096)</translation>
  </message>
  <message>
   <source>CT (many values around -1000)</source>
   <translation>CT (viele Werte um -1000)</translation>
  </message>
  <message>
   <source>a magnitude, phase or anatomical image (hardly any negative value)</source>
   <translation>ein Magnituden-, Phasen- oder anatomisches Bild (kaum ein negativer Wert)</translation>
  </message>
  <message>
   <source>another unit</source>
   <translation>einer anderen Einheit</translation>
  </message>
  <message>
   <source>to do</source>
   <translation>offen</translation>
  </message>
  <message>
   <source>segmented</source>
   <translation>segmentiert</translation>
  </message>
  <message>
   <source>in review</source>
   <translation>in Arbeit</translation>
  </message>
  <message>
   <source>done</source>
   <translation>fertig</translation>
  </message>
  <message>
   <source>rejected</source>
   <translation>abgelehnt</translation>
  </message>
  <message>
   <source>Left red nucleus</source>
   <translation>Nucleus ruber links</translation>
  </message>
  <message>
   <source>Red nucleus</source>
   <translation>Nucleus ruber</translation>
  </message>
  <message>
   <source>red nucleus</source>
   <translation>Nucleus ruber</translation>
  </message>
  <message>
   <source>Right red nucleus</source>
   <translation>Nucleus ruber rechts</translation>
  </message>
  <message>
   <source>Left substantia nigra</source>
   <translation>Substantia nigra links</translation>
  </message>
  <message>
   <source>Substantia nigra</source>
   <translation>Substantia nigra</translation>
  </message>
  <message>
   <source>substantia nigra</source>
   <translation>Substantia nigra</translation>
  </message>
  <message>
   <source>Right substantia nigra</source>
   <translation>Substantia nigra rechts</translation>
  </message>
  <message>
   <source>Left globus pallidus</source>
   <translation>Globus pallidus links</translation>
  </message>
  <message>
   <source>Globus pallidus</source>
   <translation>Globus pallidus</translation>
  </message>
  <message>
   <source>globus pallidus</source>
   <translation>Globus pallidus</translation>
  </message>
  <message>
   <source>Right globus pallidus</source>
   <translation>Globus pallidus rechts</translation>
  </message>
  <message>
   <source>Left putamen</source>
   <translation>Putamen links</translation>
  </message>
  <message>
   <source>Putamen</source>
   <translation>Putamen</translation>
  </message>
  <message>
   <source>putamen</source>
   <translation>Putamen</translation>
  </message>
  <message>
   <source>Right putamen</source>
   <translation>Putamen rechts</translation>
  </message>
  <message>
   <source>Left caudate nucleus</source>
   <translation>Nucleus caudatus links</translation>
  </message>
  <message>
   <source>Caudate nucleus</source>
   <translation>Nucleus caudatus</translation>
  </message>
  <message>
   <source>caudate nucleus</source>
   <translation>Nucleus caudatus</translation>
  </message>
  <message>
   <source>Right caudate nucleus</source>
   <translation>Nucleus caudatus rechts</translation>
  </message>
  <message>
   <source>Left nucleus accumbens</source>
   <translation>Nucleus accumbens links</translation>
  </message>
  <message>
   <source>Nucleus accumbens</source>
   <translation>Nucleus accumbens</translation>
  </message>
  <message>
   <source>nucleus accumbens</source>
   <translation>Nucleus accumbens</translation>
  </message>
  <message>
   <source>Right nucleus accumbens</source>
   <translation>Nucleus accumbens rechts</translation>
  </message>
  <message>
   <source>Left subthalamic nucleus</source>
   <translation>Nucleus subthalamicus links</translation>
  </message>
  <message>
   <source>Subthalamic nucleus</source>
   <translation>Nucleus subthalamicus</translation>
  </message>
  <message>
   <source>subthalamic nucleus</source>
   <translation>Nucleus subthalamicus</translation>
  </message>
  <message>
   <source>Right subthalamic nucleus</source>
   <translation>Nucleus subthalamicus rechts</translation>
  </message>
  <message>
   <source>Left thalamus</source>
   <translation>Thalamus links</translation>
  </message>
  <message>
   <source>Thalamus</source>
   <translation>Thalamus</translation>
  </message>
  <message>
   <source>thalamus</source>
   <translation>Thalamus</translation>
  </message>
  <message>
   <source>Right thalamus</source>
   <translation>Thalamus rechts</translation>
  </message>
  <message>
   <source>Left pulvinar</source>
   <translation>Pulvinar links</translation>
  </message>
  <message>
   <source>Pulvinar</source>
   <translation>Pulvinar</translation>
  </message>
  <message>
   <source>pulvinar</source>
   <translation>Pulvinar</translation>
  </message>
  <message>
   <source>Right pulvinar</source>
   <translation>Pulvinar rechts</translation>
  </message>
  <message>
   <source>Left external segment of the globus pallidus</source>
   <translation>Pallidum externum links</translation>
  </message>
  <message>
   <source>External segment of the globus pallidus</source>
   <translation>Pallidum externum</translation>
  </message>
  <message>
   <source>external segment of the globus pallidus</source>
   <translation>Pallidum externum</translation>
  </message>
  <message>
   <source>Right external segment of the globus pallidus</source>
   <translation>Pallidum externum rechts</translation>
  </message>
  <message>
   <source>Left internal segment of the globus pallidus</source>
   <translation>Pallidum internum links</translation>
  </message>
  <message>
   <source>Internal segment of the globus pallidus</source>
   <translation>Pallidum internum</translation>
  </message>
  <message>
   <source>internal segment of the globus pallidus</source>
   <translation>Pallidum internum</translation>
  </message>
  <message>
   <source>Right internal segment of the globus pallidus</source>
   <translation>Pallidum internum rechts</translation>
  </message>
 </context>
</TS>
