//! The tables of answers: one function a table, all scenarios of a folder in each. [`Answers`] in, CSV out.
//!
//! The columns are described in `docs/results.md`. A missing number is an empty field.

use super::tables::{field, finite, number};
use crate::{
    analysis::{Answers, Choice, Difference, Part, Price, Probability, prices, published},
    data::Observation,
    parameters::Evidence,
};
use std::io::{self, Write};

/// What yen are: the same words wherever they stand.
pub const PRICE_BASIS: &str = "nominal yen of the scenario's budgets and unit costs; not deflated, not discounted";

/// Writes one table.
type Write1 = fn(&mut dyn Write, &[Answers]) -> io::Result<()>;

/// Tables of a folder with one scenario.
pub const ANSWER_TABLES: [(&str, Write1); 8] = [
    ("fans.csv", fans),
    ("segments.csv", segments),
    ("fit.csv", fit),
    ("exceedance.csv", exceedance),
    ("reached.csv", reached),
    ("split.csv", split),
    ("spending.csv", spending),
    ("choice.csv", choice),
];

/// More tables of a folder with several scenarios.
pub const COMPARISON_TABLES: [(&str, Write1); 3] =
    [("differences.csv", differences), ("costs.csv", costs), ("acceptability.csv", acceptability)];

/// File name of the published figures that stand beside fans.
pub const PUBLISHED: &str = "published.csv";

fn fans(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(out, "scenario,kpi,segment,week,low_5,low_25,median,high_75,high_95,replicates")?;
    for one in answers {
        for fan in &one.digest.fans {
            let (id, segment) = (fan.kpi.indicator.id, field(fan.kpi.segment));
            for point in &fan.points {
                let quantiles = joined(&point.quantiles);
                writeln!(
                    out,
                    "{},{id},{segment},{},{quantiles},{}",
                    field(&one.scenario),
                    point.date,
                    point.replicates
                )?;
            }
        }
    }
    Ok(())
}

/// Writes the published figures that have a candidate KPI's meaning.
pub fn write_published(out: &mut dyn Write, answers: &[Answers], observations: &[Observation]) -> io::Result<()> {
    writeln!(out, "kpi,segment,survey,date,from,until,value,confidence")?;
    for fan in answers.first().iter().flat_map(|one| &one.digest.fans) {
        for (date, o) in published(&fan.kpi, observations) {
            let (id, segment) = (fan.kpi.indicator.id, field(fan.kpi.segment));
            let field_days = format!("{},{}", o.field_start, o.field_end);
            let (value, confidence) = (finite(o.value), field(&o.confidence));
            writeln!(out, "{id},{segment},{},{date},{field_days},{value},{confidence}", field(&o.survey))?;
        }
    }
    Ok(())
}

fn segments(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(out, "scenario,indicator,class,member,week,low_5,median,high_95")?;
    for one in answers {
        for point in &one.digest.segments {
            let (class, member) = point.segment.split_once('=').unwrap_or(("", &point.segment));
            let (name, quantiles) = (field(&one.scenario), joined(&point.quantiles));
            writeln!(out, "{name},{},{class},{},{},{quantiles}", point.indicator, field(member), point.date)?;
        }
    }
    Ok(())
}

fn fit(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(
        out,
        "scenario,survey,wave,date,metric,segment_type,segment,respondents,observed,low_5,median,high_95,expected"
    )?;
    for one in answers {
        for f in &one.digest.fit {
            let place = [f.survey.id(), &f.wave].map(field).join(",");
            let what = [f.metric, f.segment_type, &f.segment].map(field).join(",");
            let figures = joined(&[&[f.observed][..], &f.quantiles, &[f.expected]].concat());
            writeln!(out, "{},{place},{},{what},{},{figures}", field(&one.scenario), f.date, f.respondents)?;
        }
    }
    Ok(())
}

fn exceedance(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(out, "scenario,kpi,segment,fiscal_year,target,probability,low_90,high_90,inside_probability")?;
    for one in answers {
        for e in &one.exceedance {
            let (id, segment, probability) = (e.kpi.indicator.id, field(e.kpi.segment), with_interval(&e.probability));
            let inside = number(e.inside.map(|inside| inside.share));
            writeln!(
                out,
                "{},{id},{segment},{},{},{probability},{inside}",
                field(&one.scenario),
                e.fiscal_year,
                e.target
            )?;
        }
    }
    Ok(())
}

fn reached(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(
        out,
        "scenario,kpi,segment,target,target_source,probability,low_90,high_90,date_5,date_50,date_95,inside_probability"
    )?;
    for one in answers {
        for r in &one.reached {
            let (id, segment, probability) = (r.kpi.indicator.id, field(r.kpi.segment), with_interval(&r.probability));
            let dates = r.dates.map(number).join(",");
            let inside = number(r.inside.map(|inside| inside.share));
            writeln!(
                out,
                "{},{id},{segment},{},{},{probability},{dates},{inside}",
                field(&one.scenario),
                r.target,
                r.source
            )?;
        }
    }
    Ok(())
}

fn split(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(out, "scenario,kpi,segment,fiscal_year,source,variance,share,low_90,high_90")?;
    for one in answers {
        for u in &one.uncertainty {
            let kpi = one.digest.fans[u.kpi].kpi;
            let of = format!("{},{},{},{}", field(&one.scenario), kpi.indicator.id, field(kpi.segment), u.fiscal_year);
            for (part, (variance, (share, low, high))) in Part::ALL.into_iter().zip(u.variance.into_iter().zip(u.share))
            {
                writeln!(out, "{of},{},{}", part.key(), joined(&[variance, share, low, high]))?;
            }
            writeln!(out, "{of},total,{},1,,", finite(u.total()))?;
        }
    }
    Ok(())
}

fn spending(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(
        out,
        "scenario,intervention,kind,fiscal_year,spend_yen,spend_low_5,spend_high_95,budget_yen,capacity,deliveries,\
         firms_reached,unit_cost_yen,price_basis,evidence"
    )?;
    for one in answers {
        for s in &one.spending {
            let (account, (low, high)) = (s.account, s.spend_90);
            writeln!(
                out,
                "{},{},{},{},{},{},{},{},{},{}",
                field(&one.scenario),
                field(&s.intervention),
                s.kind,
                s.fiscal_year,
                joined(&[account.spend_yen, low, high]),
                number(s.budget_yen),
                joined(&[account.capacity, account.deliveries, account.firms_reached]),
                number(s.unit_cost_yen),
                field(PRICE_BASIS),
                s.evidence,
            )?;
        }
    }
    Ok(())
}

fn choice(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(
        out,
        "scenario,reference,kpi,segment,fiscal_year,median,low_5,high_95,target,target_source,attainability,effect,\
         effect_low,effect_high,noise_sd,signal_to_noise,survey,respondents,survey_se,smallest_visible_change,visible,\
         scale_to_be_visible,verdict,evidence"
    )?;
    for one in answers {
        let evidence = evidence(one, answers);
        for c in &one.choices {
            let fan = &one.digest.fans[c.kpi];
            let Some(last) = one.kpi.iter().rfind(|year| year.kpi == fan.kpi) else { continue };
            let [low, _, median, _, high] = last.quantiles;
            writeln!(
                out,
                "{},{},{},{},{},{},{},{},{}",
                field(&one.scenario),
                field(one.reference.as_deref().unwrap_or_default()),
                fan.kpi.indicator.id,
                field(fan.kpi.segment),
                last.fiscal_year,
                joined(&[median, low, high]),
                judged(c, fan.kpi.measured().first().map(|figure| figure.survey.id())),
                c.verdict.key(),
                c.effect.as_ref().map(|_| evidence.to_string()).unwrap_or_default(),
            )?;
        }
    }
    Ok(())
}

/// Columns `target` to `scale_to_be_visible`.
fn judged(c: &Choice, survey: Option<&str>) -> String {
    let difference = c.effect.as_ref().map(|effect| &effect.difference);
    let fields = [
        number(c.target.map(|(target, _)| target)),
        c.target.map_or("", |(_, set_by)| set_by).to_string(),
        number(c.attainability),
        number(difference.map(|d| d.mean)),
        number(difference.map(|d| d.pairs_90.0)),
        number(difference.map(|d| d.pairs_90.1)),
        number(c.noise_sd),
        number(c.signal_to_noise()),
        survey.unwrap_or_default().to_string(),
        number(c.survey.map(|(_, respondents)| respondents)),
        number(c.survey.map(|(error, _)| error)),
        number(c.smallest_visible_change()),
        number(c.visible()),
        number(c.scale_to_be_visible()),
    ];
    fields.join(",")
}

fn differences(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(
        out,
        "scenario,reference,kpi,segment,fiscal_year,level,reference_level,difference,low_5,high_95,mean_low,mean_high,\
         positive,positive_low,positive_high,pairs,pairs_to_settle,verdict,evidence"
    )?;
    for one in answers {
        let evidence = evidence(one, answers);
        for d in &one.differences {
            let kpi = one.digest.fans[d.kpi].kpi;
            let difference = &d.difference;
            let (pairs, mean) = (difference.pairs_90, difference.mean_90);
            writeln!(
                out,
                "{},{},{},{},{},{},{},{},{},{},{evidence}",
                field(&one.scenario),
                field(one.reference.as_deref().unwrap_or_default()),
                kpi.indicator.id,
                field(kpi.segment),
                d.fiscal_year,
                joined(&[d.level, d.reference_level, difference.mean, pairs.0, pairs.1, mean.0, mean.1]),
                with_interval(&difference.positive),
                difference.pairs,
                number(difference.pairs_to_settle),
                difference.direction.key(),
            )?;
        }
    }
    Ok(())
}

fn costs(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    let of = |what: &str, unit: &str| {
        let ends = ["", "_low", "_high"];
        let extra = ends.map(|end| format!("extra_{what}{end}")).join(",");
        format!("{extra},{what}_verdict,{}", ends.map(|end| format!("yen_per_{unit}{end}")).join(","))
    };
    let (firms, teleworkers) = (of("firms", "firm"), of("teleworkers", "teleworker"));
    writeln!(
        out,
        "scenario,reference,fiscal_year,extra_spend_yen,extra_spend_low,extra_spend_high,spend_verdict,{firms},\
         {teleworkers},price_basis,evidence"
    )?;
    let difference =
        |d: &Difference| format!("{},{}", joined(&[d.mean, d.pairs_90.0, d.pairs_90.1]), d.direction.key());
    let price = |price: &Price| {
        let yen = [price.yen, price.yen_low, price.yen_high].map(number).join(",");
        format!("{},{yen}", difference(&price.extra))
    };
    for one in answers {
        let evidence = evidence(one, answers);
        for c in &one.costs {
            writeln!(
                out,
                "{},{},{},{},{},{},{},{evidence}",
                field(&one.scenario),
                field(one.reference.as_deref().unwrap_or_default()),
                c.fiscal_year,
                difference(&c.spend),
                price(&c.firms),
                price(&c.teleworkers),
                field(PRICE_BASIS),
            )?;
        }
    }
    Ok(())
}

fn acceptability(out: &mut dyn Write, answers: &[Answers]) -> io::Result<()> {
    writeln!(out, "scenario,reference,fiscal_year,per,yen,probability,low_90,high_90,evidence")?;
    for one in answers {
        let evidence = evidence(one, answers);
        for c in &one.costs {
            for (per, price) in [("firm", &c.firms), ("teleworker", &c.teleworkers)] {
                for (yen, worth) in prices().zip(&price.acceptable) {
                    let reference = field(one.reference.as_deref().unwrap_or_default());
                    let of = format!("{},{reference},{},{per}", field(&one.scenario), c.fiscal_year);
                    writeln!(out, "{of},{},{},{evidence}", finite(yen), with_interval(worth))?;
                }
            }
        }
    }
    Ok(())
}

/// What the difference of a scenario to its reference rests on: on assumptions, unless neither has a measure but declarations.
fn evidence(one: &Answers, all: &[Answers]) -> Evidence {
    let reference = all.iter().filter(|other| Some(&other.scenario) == one.reference.as_ref());
    let mut measures = reference.chain([one]).flat_map(|of| &of.spending);
    if measures.any(|measure| measure.evidence == Evidence::Assumed) { Evidence::Assumed } else { Evidence::Estimated }
}

fn joined(values: &[f64]) -> String {
    values.iter().map(|value| finite(*value)).collect::<Vec<_>>().join(",")
}

fn with_interval(probability: &Probability) -> String {
    joined(&[probability.share, probability.low, probability.high])
}
