//! Evaluation metrics of classifiers.

/// Metrics of a classifier.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelFigures {
    /// Number of examples.
    pub count: usize,
    /// Fraction classified correctly.
    pub accuracy: f64,
    /// The 95% confidence interval of the accuracy (Wilson 1927).
    pub interval: [f64; 2],
    /// Mean F1 of the classes that occur.
    pub macro_f1: f64,
    /// Metrics of each class.
    pub classes: Vec<ClassFigures>,
    /// Confusion matrix: rows are the true classes, columns the predicted ones.
    pub confusion: Vec<Vec<usize>>,
}

/// Metrics of one class; undefined fractions are 0.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassFigures {
    /// Number of its examples.
    pub count: usize,
    /// Fraction of its predictions that are correct.
    pub precision: f64,
    /// Fraction of its examples that were found.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
}

/// The normal quantile for a 95% interval.
const Z: f64 = 1.959_964;

impl LabelFigures {
    /// Computes the metrics from pairs `(predicted, true)` of class indices below `classes`.
    ///
    /// ```
    /// let figures = liedwerk::read::LabelFigures::of(2, [(0, 0), (0, 0), (1, 1), (0, 1)]);
    /// assert_eq!((figures.accuracy, &figures.confusion[1][..]), (0.75, &[1, 1][..]));
    /// ```
    pub fn of(classes: usize, verdicts: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut confusion = vec![vec![0; classes]; classes];
        for (found, wanted) in verdicts {
            confusion[wanted][found] += 1;
        }
        let figures: Vec<ClassFigures> =
            (0..classes).map(|class| ClassFigures::of(class, &confusion)).collect();
        let count: usize = figures.iter().map(|class| class.count).sum();
        let right: usize = (0..classes).map(|class| confusion[class][class]).sum();
        let occurring: Vec<f64> =
            figures.iter().filter(|class| class.count > 0).map(|class| class.f1).collect();
        let macro_f1 = occurring.iter().sum::<f64>() / occurring.len().max(1) as f64;
        let accuracy = share(right, count);
        Self { count, accuracy, interval: wilson(accuracy, count), macro_f1, classes: figures, confusion }
    }
}

impl ClassFigures {
    fn of(class: usize, confusion: &[Vec<usize>]) -> Self {
        let right = confusion[class][class];
        let count = confusion[class].iter().sum();
        let found: usize = confusion.iter().map(|row| row[class]).sum();
        let f1 = share(2 * right, count + found);
        Self { count, precision: share(right, found), recall: share(right, count), f1 }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn wilson(share: f64, count: usize) -> [f64; 2] {
    let n = count.max(1) as f64;
    let (middle, squared) = (share + Z * Z / (2.0 * n), Z * Z / n);
    let half = Z * ((share * (1.0 - share) + squared / 4.0) / n).sqrt();
    [middle - half, middle + half].map(|bound| bound / (1.0 + squared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_computed_by_hand() {
        let figures = LabelFigures::of(3, [(0, 0), (0, 0), (1, 0), (1, 1), (2, 1), (2, 2)]);
        assert!((figures.accuracy - 4.0 / 6.0).abs() < 1e-12);
        assert!((figures.macro_f1 - (0.8 + 0.5 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((figures.classes[0].precision - 1.0).abs() < 1e-12);
        assert!((figures.interval[0] - 0.300_0).abs() < 5e-4 && (figures.interval[1] - 0.903_3).abs() < 5e-4);
    }

    #[test]
    fn nothing_gives_no_number_that_is_none() {
        let figures = LabelFigures::of(2, []);
        assert_eq!((figures.count, figures.accuracy, figures.macro_f1), (0, 0.0, 0.0));
        assert!(figures.interval.iter().all(|bound| bound.is_finite()));
    }
}
