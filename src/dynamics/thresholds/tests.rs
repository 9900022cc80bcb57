//! Thresholds and thinning against closed forms.

use super::*;

/// Words spread evenly over all words: shares of them are chances, to a part in their number.
fn all_words() -> impl ExactSizeIterator<Item = u32> {
    (0..1u32 << 20).map(|word| (word << 12) + 2048)
}

fn share(wanted: impl Fn(u32) -> bool) -> f64 {
    all_words().filter(|&word| wanted(word)).count() as f64 / all_words().len() as f64
}

#[test]
fn draws_are_exponential() {
    let mean = all_words().map(exponential).sum::<f64>() / all_words().len() as f64;
    assert!((mean - 1.0).abs() < 1e-5, "{mean}");
    for t in [0.01, 0.5, 1.0, 3.0, 9.0] {
        let survives = share(|word| exponential(word) > t);
        assert!((survives - libm::exp(-t)).abs() < 2e-6, "{survives} after {t}");
    }
}

/// A threshold drawn late in a run, when the cumulative hazard is large: single precision costs less than a thousandth of a chance.
#[test]
fn a_threshold_is_reached_by_its_hazard() {
    for (cumulative, log_factor, hazard) in [(0.0, 0.0, 0.3), (0.0, -5.0, 20.0), (200.0, 3.0, 0.05), (200.0, 0.0, 0.05)]
    {
        let found = share(|word| event_threshold(cumulative, word, log_factor) <= (cumulative + hazard) as f32);
        let expected = 1.0 - libm::exp(-hazard * libm::exp(log_factor));
        assert!((found / expected - 1.0).abs() < 1e-3, "{found} for {expected} from {cumulative} at e^{log_factor}");
    }
}

/// The factor changes before the threshold is reached: survival is that of both parts.
#[test]
fn a_rescaled_threshold_keeps_what_is_left() {
    for (before, after) in [(0.0, 1.0), (-1.0, -2.5), (0.7, 0.7)] {
        let (first, second) = (0.4, 0.9);
        let survives = share(|word| {
            let threshold = event_threshold(0.0, word, before);
            threshold > first as f32 && rescaled(threshold, first, before, after) > (first + second) as f32
        });
        let expected = libm::exp(-first * libm::exp(before) - second * libm::exp(after));
        assert!((survives - expected).abs() < 1e-5, "{survives} for {expected}");
    }
    assert_eq!(rescaled(1.1, 0.3, 0.25, 0.25), 1.1);
    assert_eq!(rescaled(f32::INFINITY, 0.3, 0.25, 0.75), f32::INFINITY);
}

/// A factor that changes from week to week, up to the largest: after n weeks exp(-sum of actual hazards) survive. 200,000
/// firms, five weeks each within 4.5 standard errors: a false alarm once in 29,000; hazards off by 2 % are found. Hazards
/// are high, so that thresholds are reached several times within a week.
#[test]
fn thinning_keeps_the_chance_of_every_week() {
    let firms = 200_000;
    let key = Key::new(11, 0);
    let hazard = |week: u32| 0.6 + 0.5 * f64::from(week % 3);
    let factor = |week: u32| [0.05_f64, 0.4, 1.0, 0.01, 0.2, 0.7, 0.1, 0.3][week as usize % 8];
    let largest = libm::log(0.3);
    let set = |id| (event_threshold(50.0, key.words(id, 0, Purpose::Transition)[0], largest), DrawCounter::default());
    let mut thresholds: Vec<_> = (0..firms).map(|id| Some(set(id))).collect();
    let (mut cumulative, mut total) = (50.0, 0.0);
    for week in 0..16 {
        cumulative += hazard(week);
        total += hazard(week) * 0.3 * factor(week);
        let factors = [largest, largest + libm::log(factor(week))];
        for (id, threshold) in thresholds.iter_mut().enumerate() {
            if let Some((due, counter)) = threshold
                && fires(due, cumulative as f32, factors, largest, key, (id as u32, counter, Purpose::PracticeThinning))
            {
                *threshold = None;
            }
        }
        if [0, 2, 5, 9, 15].contains(&week) {
            let survive = thresholds.iter().flatten().count() as f64 / f64::from(firms);
            let expected = libm::exp(-total);
            let error = (expected * (1.0 - expected) / f64::from(firms)).sqrt();
            assert!((survive - expected).abs() < 4.5 * error, "week {week}: {survive} for {expected}");
        }
    }
}

/// What the thinning relies on: no week's factor is above the largest, whatever the firm's situation.
#[test]
fn the_largest_factor_is_never_passed() {
    let mut firms = 0;
    for formalise_inclination in [0.6, -0.4] {
        let slopes = Slopes::new(&Parameters { formalise_inclination, ..Parameters::default() });
        for status in [0, 1, 2, 5, 6] {
            for (least, most) in [(0.0, 0.0), (0.5, 0.5), (0.0, 2.0), (0.3, 1.1)] {
                for (part, weeks) in [(0.0, 10), (0.3, 11), (1.0, 255)] {
                    let added = AddedLogHazard { now: least + part * (most - least), least, most };
                    let situation =
                        Situation { status: Status(status), baseline_log_hazard: -0.7, added, weeks: [10, weeks] };
                    for [largest, actual] in [situation.practice(&slopes), situation.scheme(&slopes)] {
                        assert!(actual <= largest, "{situation:?}: {actual} above {largest}");
                        firms += 1;
                    }
                }
            }
        }
    }
    assert_eq!(firms, 240);
}
