//! A small made-up certificate, read whole, damaged, and put into words. Its figures are small enough to check by hand.

use super::*;
use crate::error::Problems;
use std::fs;

/// Made-up tables: two of four gates fail.
const TABLES: [(&str, &str); 15] = [
    ("about.csv", "name,value\nas_of,2021-04-30\ndraws,500\nseed,2104\n"),
    (
        "gates.csv",
        "part,check,found,required,passed\n\
         convergence,smallest bulk ESS,900,>= 400,true\n\
         convergence,largest R-hat,1.2,<= 1.05,false\n\
         predictive,fitted figures inside 90 %,0.75,>= 0.85,false\n\
         held_out,region_tokyo: share inside 90 %,1,>= 0.75,true\n",
    ),
    (
        "trace.csv",
        "sweep,temperature,ess,acceptance,evaluations,surrogate_error,log_likelihood_mean\n\
         1,0,400,0.6,1000,,-5000\n2,0.25,380,0.5,2000,0.4,-900\n3,1,390,0.25,3000,0.2,-610.5\n",
    ),
    (
        "convergence.csv",
        "parameter,r_hat,ess_bulk,ess_tail,jump\nstart_base,1.01,950,910,0.9\nstop_base,1.2,900,880,0.7\nalarm,1.02,990,970,1\n",
    ),
    (
        "predictive.csv",
        "survey,wave,date,metric,segment_type,segment,group,respondents,published,expected,q05,q25,q50,q75,q95,inside_50,inside_90,standardised,fitted\n\
         tsr_practice,wave 5,2020-06-03,practised,size,large,tsr_size,2500.5,0.83,0.82,0.79,0.81,0.82,0.83,0.85,true,true,0.5,true\n\
         tsr_practice,wave 5,2020-06-03,practised,size,SME,tsr_size,,0.512,0.502,0.48,0.49,0.5,0.51,0.53,false,true,0.7,true\n\
         tsr_practice,wave 14,2021-03-04,current_practice,size,large,tsr_size,,0.692,0.672,0.64,0.66,0.67,0.68,0.7,false,true,1.1,true\n\
         tsr_practice,wave 14,2021-03-04,current_practice,size,SME,tsr_size,,0.33,0.37,0.34,0.36,0.37,0.38,0.4,false,false,-2.2,true\n\
         jpc_workers,wave 5 (April),2021-04-12,telework_rate,total,all employees,workers,1100,0.192,0.2,0.16,0.19,0.2,0.21,0.24,true,true,-0.3,true\n\
         mlit_workers,FY2020,2020-12-01,employed_ever,total,all employees,workers,40000,0.23,0.2,0.19,0.2,0.2,0.21,0.22,false,false,3.1,false\n\
         mlit_workers,FY2020,2020-12-01,days_per_week_mean,total,teleworkers,workers,,2.4,2.3,2,2.2,2.3,2.4,2.6,true,true,0.5,false\n",
    ),
    (
        "recovery.csv",
        "truth,parameter,value,rank,draws,inside_50,inside_90\n\
         1,start_base,0.1,50,99,true,true\n1,alarm,-1.2,3,99,false,false\n2,start_base,2,99,99,false,true\n2,alarm,0.4,60,99,true,true\n",
    ),
    (
        "identifiability.csv",
        "parameter,evidence,prior_mean,prior_sd,posterior_mean,posterior_sd,contraction\n\
         alarm,assumed,0.7,0.5,0.7,0.49,0.04\nstart_base,estimated,-7,1.5,-7.3,0.3,0.96\nstop_base,estimated,-2,1.5,-0.5,0.75,0.75\n",
    ),
    ("correlations.csv", "first,second,correlation\nstart_base,alarm,0.62\nstop_base,start_base,-0.8\n"),
    ("profiles.csv", "parameter,value,log_posterior\nalarm,0.2,-0.4\nalarm,0.7,0\nalarm,1.2,-0.5\n"),
    (
        "prior_sensitivity.csv",
        "kpi,segment,fiscal_year,priors,median,low_5,high_95\n\
         mic_introduction,total,2024,shipped,0.5,0.4,0.6\nmic_introduction,total,2025,shipped,0.52,0.41,0.63\n\
         telework_days,total,2025,shipped,2.4,2,2.8\nteleworkers_ever,total,2025,shipped,0.21,0.16,0.27\n\
         mic_introduction,total,2025,twice_as_wide,0.53,0.38,0.68\nmic_introduction,total,2025,moved,0.555,0.44,0.66\n\
         teleworkers_ever,total,2025,twice_as_wide,0.22,0.15,0.3\nteleworkers_ever,total,2025,moved,0.19,0.15,0.25\n",
    ),
    (
        "held_out.csv",
        "experiment,forecaster,survey,wave,date,metric,segment_type,segment,published,q05,q25,q50,q75,q95,crps,interval_score\n\
         region_tokyo,model,jpc_workers,wave 1,2020-05-12,telework_rate,region,Tokyo area,0.41,0.36,0.39,0.41,0.43,0.46,0.01,0.1\n\
         region_tokyo,national,jpc_workers,wave 1,2020-05-12,telework_rate,region,Tokyo area,0.41,0.2,0.27,0.31,0.35,0.42,0.06,0.22\n\
         region_tokyo,model,jpc_workers,wave 2,2020-07-12,telework_rate,region,Tokyo area,0.34,0.25,0.29,0.31,0.33,0.36,0.02,0.11\n\
         region_tokyo,national,jpc_workers,wave 2,2020-07-12,telework_rate,region,Tokyo area,0.34,0.1,0.17,0.2,0.23,0.3,0.09,1\n",
    ),
    (
        "held_out_tests.csv",
        "experiment,against,figures,mean_difference_crps,p_value\nregion_tokyo,national,2,-0.06,0.5\n",
    ),
    (
        "scores.csv",
        "experiment,forecaster,horizon,figures,crps,weighted_interval_score,inside_50,inside_90,width_90,pit_mean,pit_variance,relative_skill\n\
         region_tokyo,model,all,2,0.015,0.014,1,1,0.1,0.5,0.08,1\n",
    ),
    ("pools.csv", "experiment,against,figures,waves,ratio,weight,pool_ratio\nregion_tokyo,national,2,2,0.2,1,1\n"),
    (
        "agreement.csv",
        "survey,wave,metric,segment_type,segment,sample,whole,difference\n\
         tsr_practice,wave 14,current_practice,size,large,0.684,0.692,-0.008\n\
         tsr_practice,wave 14,current_practice,size,SME,0.332,0.33,0.002\n",
    ),
];

/// The made-up certificate with one piece of one table replaced.
fn read_with(file: &str, from: &str, to: &str) -> Result<Certificate, Problem> {
    Certificate::read("made-up", &|wanted, _| {
        let (_, text) = TABLES.iter().find(|(name, _)| *name == wanted).unwrap();
        assert!(wanted != file || text.contains(from), "{file} has no {from}");
        Ok(if wanted == file { text.replacen(from, to, 1).into() } else { Arc::from(*text) })
    })
}

/// The made-up certificate.
pub(crate) fn certificate() -> Certificate {
    read_with("", "", "").unwrap()
}

#[test]
fn every_table_is_read() {
    let certificate = certificate();
    let rows = [
        certificate.trace.len(),
        certificate.convergence.len(),
        certificate.predictive.len(),
        certificate.recovery.len(),
        certificate.identifiability.len(),
        certificate.correlations.len(),
        certificate.profiles.len(),
        certificate.held_out.len(),
        certificate.held_out_tests.len(),
        certificate.agreement.len(),
    ];
    assert_eq!(rows, [3, 3, 7, 4, 3, 2, 3, 4, 1, 2]);
    assert_eq!(certificate.trace[0].surrogate_error, None);
    assert_eq!(certificate.predictive[0].respondents, Some(2500.5));
    assert_eq!(certificate.required("convergence", "r-hat"), Some(1.05));
    assert_eq!(certificate.verdict(), "2 of 4 gates fail");
    Certificate::embedded().unwrap();
}

#[test]
fn a_damaged_table_is_told_with_its_place() {
    let damages = [
        (
            "gates.csv",
            "convergence,largest",
            "convergance,largest",
            "made-up/gates.csv:3:1: `convergance` is not known here",
        ),
        ("gates.csv", "passed", "pass", "made-up/gates.csv:1:1: column `passed` is missing"),
        ("trace.csv", "0.25,380", "1.25,380", "made-up/trace.csv:3:3: `1.25` is not a share"),
        ("convergence.csv", "1.01", "high", "made-up/convergence.csv:2:12: `high` is not a number"),
        ("predictive.csv", "0.79,0.81", "0.81,0.79", "made-up/predictive.csv:2:79: the quantiles of this row fall"),
        ("predictive.csv", "0.5,true\n", "0.5,yes\n", "made-up/predictive.csv:2:118: `yes` is not known here"),
        ("recovery.csv", "99,99", "100,99", "made-up/recovery.csv:4:16: rank 100 among 99 draws"),
        ("identifiability.csv", "-7,1.5", "-7,0", "made-up/identifiability.csv:3:25: 0 is no standard deviation"),
        ("correlations.csv", "-0.8", "-1.8", "made-up/correlations.csv:3:22: -1.8 is no correlation"),
        (
            "held_out.csv",
            ",0.01,0.1\n",
            ",0.01\n",
            "made-up/held_out.csv:2:1: this row has 15 cells, the header has 16",
        ),
        (
            "prior_sensitivity.csv",
            "0.41,0.63",
            "0.61,0.63",
            "made-up/prior_sensitivity.csv:3:42: the quantiles of this row fall",
        ),
        ("about.csv", "as_of", "asof", "made-up/about.csv does not say as of which day"),
    ];
    for (file, from, to, expected) in damages {
        let problem = read_with(file, from, to).unwrap_err();
        assert!(problem.to_string().starts_with(expected), "{problem}");
        assert!(problem.advice.is_some() && problem.kind == Kind::Data, "{problem}");
    }
}

#[test]
fn a_folder_must_hold_every_table() {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in TABLES {
        fs::write(folder.path().join(file), text).unwrap();
    }
    let found = Certificate::from_dir(folder.path()).unwrap();
    assert_eq!((&found.predictive, &found.hash), (&certificate().predictive, &certificate().hash));
    fs::remove_file(folder.path().join("profiles.csv")).unwrap();
    let problem = Certificate::from_dir(folder.path()).unwrap_err();
    assert!(problem.message.contains("profiles.csv"), "{problem}");
    assert!(Problems::from(problem).to_string().contains("telework calibrate"));
}

/// By hand: of the four TSR figures one is inside 50 % and three inside 90 %; they are off by 1, 1, 2 and 4 points. The model's
/// CRPS is (0.01 + 0.02) / 2, the nation's (0.06 + 0.09) / 2.
#[test]
fn the_text_says_what_the_tables_say_failures_first() {
    let text = report(&certificate());
    assert_eq!(text.lines().next(), Some("CERTIFICATE: 2 of 4 gates fail"));
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words} in\n{text}"));
    assert!(place("FAIL  largest R-hat") < place("PASS  smallest bulk ESS"));
    assert!(place("FAIL  fitted figures") < place("PASS  region_tokyo"));
    let sentences = [
        "FAIL  largest R-hat                    found 1.2, required <= 1.05",
        "No gate checks: Recovery, Identifiability, Forecast",
        "3 sweeps, 3000 evaluations; at the end temperature 1, ESS 390, acceptance 25 %",
        "largest R-hat          1.2      stop_base",
        "TSR practice by size: 4 figures, 25 % inside the 50 % interval, 75 % inside the 90 % interval; mean absolute error 2.0 points",
        "z +3.1   +3.0 points  MLIT telework population survey, FY2020, employed ever: all employees; published 23.0 %, expected 20.0 % (not fitted)",
        "z -2.2   -4.0 points  TSR firm survey, wave 14, current practice: SME; published 33.0 %, expected 37.0 %",
        "2 figures: median difference 0.50 points, largest -0.80 (TSR firm survey, wave 14, current practice, large)",
        "2 synthetic truths, 2 parameters: 4 figures, 50 % inside the 50 % interval, 75 % inside the 90 % interval",
        "Least often inside 90 %: alarm 1 of 2, start_base 2 of 2",
        "*assumed: prior kept* (contraction below 0.1), 1:\n    alarm\n",
        "-0.80  stop_base and start_base\n    +0.62  start_base and alarm",
        // 55.5 less 52.0, and 21.0 less 19.0.
        "FY2025 as published under other priors, per cent: median (90 % range)",
        "52.0 (41.0 to 63.0)   53.0 (38.0 to 68.0)   55.5 (44.0 to 66.0)\n",
        "Furthest median: 3.5 points off, moved: ",
        "model                          2    1.50           10.50        2 of 2\n",
        "as the nation                  2    7.50           61.00        1 of 2   -6.00, p = 0.5 (2 figures)\n",
    ];
    for sentence in sentences {
        place(sentence);
    }
}

/// A terminal should not obey a table: such a cell is refused with its place, and the message does not hold it either.
#[test]
fn control_characters_do_not_reach_the_terminal() {
    let problem = read_with("gates.csv", "largest R-hat", "\u{1b}[2Jlargest R-hat").unwrap_err();
    assert_eq!(problem.place.as_ref().map(|place| place.line_column()), Some((3, 13)));
    assert!(!problem.message.contains('\u{1b}'));
}
