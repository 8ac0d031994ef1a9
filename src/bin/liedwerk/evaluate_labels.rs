//! `liedwerk evaluate --labels`: accuracy of a model that reads.

use crate::files::{read, say};
use crate::model_files::{lessons_of, read_model};
use crate::texts::note;
use liedwerk::read::{Classifier, LabelFigures, TextTagger};
use liedwerk::text::reading::{labelled, tagged};
use liedwerk::text::{LabelledText, Note, TaggedSentence};
use liedwerk::train::Lessons;
use liedwerk::workshop::Base;
use serde_json::json;
use std::path::Path;

/// Prints accuracy, F1 and the confusion matrix.
pub fn run(model: &Path, path: &Path, json: bool) -> anyhow::Result<()> {
    let (file, bytes) = (path.display().to_string(), read(path)?);
    let Base { config, tokenizer, weights } = read_model(model)?;
    let (labels, figures) = match lessons_of(&config)? {
        Lessons::TaggedSentences => {
            let tagger = TextTagger::from_files(&config, &tokenizer, &weights)?;
            let reading = tagged(&file, &bytes)?;
            note(&reading.notes);
            (tagger.labels().to_vec(), of_tagger(&tagger, &reading.examples)?)
        }
        _ => {
            let classifier = Classifier::from_files(&config, &tokenizer, &weights)?;
            let reading = labelled(&file, &bytes)?;
            note(&reading.notes);
            (classifier.labels().to_vec(), of_classifier(&classifier, &reading.examples)?)
        }
    };
    if json {
        let classes = labels.iter().zip(&figures.classes).map(|(label, class)| {
            let values = json!({"count": class.count, "precision": class.precision, "recall": class.recall, "f1": class.f1});
            (label.clone(), values)
        });
        let report = json!({
            "accuracy": figures.accuracy,
            "accuracy_95": figures.interval,
            "macro_f1": figures.macro_f1,
            "count": figures.count,
            "labels": labels,
            "confusion": figures.confusion,
            "classes": classes.collect::<serde_json::Map<_, _>>(),
        });
        say!("{report}");
        return Ok(());
    }
    say!("{}", shown(&figures));
    for (label, class) in labels.iter().zip(&figures.classes).filter(|(_, class)| class.count > 0) {
        let [precision, recall, f1] = [class.precision, class.recall, class.f1];
        say!("{label}: precision {precision:.3}, recall {recall:.3}, F1 {f1:.3} of {}", class.count);
    }
    Ok(())
}

/// Formats the accuracy with its interval, and macro F1.
pub fn shown(figures: &LabelFigures) -> String {
    let LabelFigures { accuracy, interval: [low, high], macro_f1, count, .. } = figures;
    format!("accuracy {accuracy:.4} ({low:.3} to {high:.3} at 95 %), macro F1 {macro_f1:.4}, {count} labels")
}

/// Evaluates a classifier on texts whose labels it knows.
pub fn of_classifier(classifier: &Classifier, examples: &[LabelledText]) -> liedwerk::Result<LabelFigures> {
    let wanted = |example: &LabelledText| place(classifier.labels(), &example.label);
    let known: Vec<(&str, usize)> =
        examples.iter().filter_map(|example| Some((example.text.as_str(), wanted(example)?))).collect();
    say_unknown(examples.len() - known.len());
    let texts: Vec<&str> = known.iter().map(|(text, _)| *text).collect();
    let found = classifier.labels_of(&texts)?;
    Ok(LabelFigures::of(
        classifier.labels().len(),
        found.into_iter().zip(known.into_iter().map(|(_, wanted)| wanted)),
    ))
}

/// Evaluates a tagger on sentences whose labels it knows.
pub fn of_tagger(tagger: &TextTagger, examples: &[TaggedSentence]) -> liedwerk::Result<LabelFigures> {
    let (mut sentences, mut wanted) = (Vec::new(), Vec::new());
    for TaggedSentence { words, labels } in examples {
        if let Some(places) =
            labels.iter().map(|label| place(tagger.labels(), label)).collect::<Option<Vec<_>>>()
        {
            sentences.push(words.iter().map(String::as_str).collect::<Vec<&str>>());
            wanted.extend(places);
        }
    }
    say_unknown(examples.len() - sentences.len());
    let found = tagger.labels_of(&sentences)?;
    Ok(LabelFigures::of(tagger.labels().len(), found.into_iter().flatten().zip(wanted)))
}

fn place(labels: &[String], label: &str) -> Option<usize> {
    labels.iter().position(|other| other == label)
}

fn say_unknown(count: usize) {
    if count > 0 {
        let message = format!("{count} examples left out, with labels that the model does not have");
        note(&[Note::new("unknown-label", message)]);
    }
}
