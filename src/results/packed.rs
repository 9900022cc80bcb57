//! One run as bytes: [`Series`] in, a short binary text out, and back. Little endian; texts once, in a list of their own.
//!
//! Only [`Store`](super::Store) writes and reads this form, and only for the program that wrote it: whoever wants a run's
//! figures elsewhere reads the tables.

use super::series::intern;
use crate::{
    calendar::Week,
    engine::{IndicatorSeries, InterventionSeries, InterventionWeek, Series, SurveyAnswer},
    observation::{IndicatorId, Survey},
};
use jiff::civil::Date;
use std::collections::HashMap;

/// A run without its panel as bytes.
pub fn pack(series: &Series) -> Vec<u8> {
    let mut out = Writer::default();
    out.number(series.replicate);
    out.number(series.indicators.len() as u32);
    for figure in &series.indicators {
        out.text(figure.indicator.id());
        out.text(&figure.segment);
        out.number(figure.values.len() as u32);
        for (week, value) in &figure.values {
            out.bytes.extend((week.0 as u16).to_le_bytes());
            out.bytes.extend(value.to_le_bytes());
        }
    }
    out.number(series.surveys.len() as u32);
    for answer in &series.surveys {
        for text in [answer.survey.id(), &answer.wave, answer.metric, answer.segment_type, &answer.segment] {
            out.text(text);
        }
        out.date(answer.date);
        out.number(answer.respondents);
        out.figures([answer.expected, answer.answer, answer.observed.unwrap_or(f64::NAN)]);
        out.bytes.push(u8::from(answer.observed.is_some()));
    }
    out.number(series.interventions.len() as u32);
    for intervention in &series.interventions {
        out.text(&intervention.name);
        out.text(intervention.kind);
        out.number(intervention.weeks.len() as u32);
        for w in &intervention.weeks {
            out.number(w.week.0);
            out.figures([w.spend_yen, w.capacity, w.planned, w.deliveries, w.firms_reached]);
        }
    }
    out.finish()
}

/// The run that [`pack`] made bytes of; `None` of anything else.
pub fn unpack(bytes: &[u8]) -> Option<Series> {
    let mut from = Reader::new(bytes)?;
    let mut series = Series { replicate: from.number()?, ..Series::default() };
    for _ in 0..from.number()? {
        let (indicator, segment) = (IndicatorId::parse(from.known()?)?, from.text()?);
        let values = (0..from.number()?).map(|_| {
            let week = u16::from_le_bytes(from.take()?);
            Some((Week(week.into()), f32::from_le_bytes(from.take()?)))
        });
        let values = values.collect::<Option<_>>()?;
        series.indicators.push(IndicatorSeries { indicator, segment, values });
    }
    for _ in 0..from.number()? {
        let (survey, wave, metric, segment_type) =
            (Survey::parse(from.known()?)?, from.text()?, from.word()?, from.word()?);
        let (segment, date) = (from.text()?, from.date()?);
        let (respondents, [expected, answer, observed]) = (from.number()?, from.figures()?);
        let observed = (from.take::<1>()? == [1]).then_some(observed);
        series.surveys.push(SurveyAnswer {
            survey,
            wave,
            date,
            metric,
            segment_type,
            segment,
            respondents,
            expected,
            answer,
            observed,
        });
    }
    for _ in 0..from.number()? {
        let (name, kind) = (from.text()?, from.word()?);
        let weeks = (0..from.number()?).map(|_| {
            let (week, figures) = (Week(from.number()?), from.figures()?);
            let [spend_yen, capacity, planned, deliveries, firms_reached] = figures;
            Some(InterventionWeek { week, spend_yen, capacity, planned, deliveries, firms_reached })
        });
        let weeks = weeks.collect::<Option<_>>()?;
        series.interventions.push(InterventionSeries { name, kind, weeks });
    }
    from.rest.is_empty().then_some(series)
}

#[derive(Default)]
struct Writer<'a> {
    texts: Vec<&'a str>,
    places: HashMap<&'a str, u32>,
    bytes: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn number(&mut self, number: u32) {
        self.bytes.extend(number.to_le_bytes());
    }
    fn figures<const N: usize>(&mut self, figures: [f64; N]) {
        figures.iter().for_each(|figure| self.bytes.extend(figure.to_le_bytes()));
    }
    fn date(&mut self, date: Date) {
        self.bytes.extend(date.year().to_le_bytes());
        self.bytes.extend([date.month() as u8, date.day() as u8]);
    }
    /// The place of a text in the list of texts.
    fn text(&mut self, text: &'a str) {
        let place = *self.places.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() as u32 - 1
        });
        self.number(place);
    }
    /// The list of texts, then everything else.
    fn finish(self) -> Vec<u8> {
        let mut out = (self.texts.len() as u32).to_le_bytes().to_vec();
        for text in self.texts {
            out.extend((text.len() as u32).to_le_bytes());
            out.extend(text.as_bytes());
        }
        out.extend(self.bytes);
        out
    }
}

/// Reads what [`Writer`] wrote; every step gives `None` when the bytes are of another form.
struct Reader<'a> {
    texts: Vec<&'a str>,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8]) -> Option<Reader<'a>> {
        let mut from = Reader { texts: Vec::new(), rest: bytes };
        for _ in 0..from.number()? {
            let length = from.number()? as usize;
            let (text, rest) = from.rest.split_at_checked(length)?;
            from.texts.push(std::str::from_utf8(text).ok()?);
            from.rest = rest;
        }
        Some(from)
    }
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*bytes)
    }
    fn number(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }
    fn figures<const N: usize>(&mut self) -> Option<[f64; N]> {
        let mut figures = [0.0; N];
        for figure in &mut figures {
            *figure = f64::from_le_bytes(self.take()?);
        }
        Some(figures)
    }
    fn date(&mut self) -> Option<Date> {
        let year = i16::from_le_bytes(self.take()?);
        let [month, day] = self.take()?;
        Date::new(year, month as i8, day as i8).ok()
    }
    fn known(&mut self) -> Option<&'a str> {
        let place = self.number()? as usize;
        self.texts.get(place).copied()
    }
    fn text(&mut self) -> Option<String> {
        self.known().map(str::to_string)
    }
    /// A word out of a short fixed list: a metric, a segment type, a kind.
    fn word(&mut self) -> Option<&'static str> {
        self.known().map(intern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::folder::tests::synthetic;

    #[test]
    fn a_run_comes_back_as_it_was_and_cut_bytes_do_not() {
        let mut series = synthetic(3);
        series.surveys[0].observed = None;
        let bytes = pack(&series);
        assert_eq!(unpack(&bytes), Some(series));
        for length in (0..bytes.len()).step_by(7) {
            assert_eq!(unpack(&bytes[..length]), None, "{length} of {} bytes", bytes.len());
        }
    }
}
