//! Small folders of results with every summary table, filled with made-up numbers that are all different.

use serde_json::json;
use std::{fmt::Write, fs, path::Path};

pub const KPIS: [(&str, &str, &str); 4] = [
    ("mic_introduction", "total", "share"),
    ("tsr_current_practice", "size=large", "share"),
    ("telework_days", "total", "days a week"),
    ("regional_gap", "total", "difference of shares"),
];
const WEEKS: [&str; 4] = ["2020-03-30", "2021-03-29", "2023-03-27", "2026-03-30"];

/// A made-up value between 0.2 and 0.8 with six digits; another one for every call.
struct Values(u32);

impl Values {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (0.2 + 0.6 * f64::from(self.0 >> 8) / f64::from(1 << 24) * 1e6).round() / 1e6 + 0.2
    }
    /// Rising values: lower end, middle, upper end.
    fn rising(&mut self, count: usize) -> String {
        let mut values: Vec<f64> = (0..count).map(|_| self.next() % 1.0).collect();
        values.sort_by(f64::total_cmp);
        values.iter().map(|v| format!("{:.6}", 0.1 + 0.8 * v)).collect::<Vec<_>>().join(",")
    }
}

/// A scenario as a manifest holds it. Its title tries to end the page's script.
pub const TITLE: &str = "Trial </script><script>throw 1</script> <!-- \u{2028} & \"quoted\"";

fn scenario_toml(title: &str) -> String {
    let table = json!({ "title": title, "question": "What does a trial bring?",
        "intervention": [{ "name": "managers", "telework_managers": { "managers": 109.0 } }] });
    toml::to_string(&table).unwrap()
}

fn manifest(folder: &Path, extra: serde_json::Value) {
    let mut manifest = json!({ "program": "telework-sim", "version": env!("CARGO_PKG_VERSION"), "seed": 1,
        "replicates": 80, "data": [], "tables": [] });
    manifest.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    fs::write(folder.join("manifest.json"), manifest.to_string()).unwrap();
}

fn save(folder: &Path, table: &str, header: &str, rows: String) {
    let text = format!("{header}\n{rows}");
    let file = format!("{table}.csv");
    fs::write(folder.join(&file), &text).unwrap();
    let path = folder.join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
    manifest["tables"].as_array_mut().unwrap().push(json!({ "file": file, "blake3": hash }));
    fs::write(path, manifest.to_string()).unwrap();
}

/// The tables that `run` and `compare` share.
fn forecast(folder: &Path, scenarios: &[&str], with_scenario: bool, values: &mut Values) {
    let mut kpi = String::new();
    let [mut fans, mut segments, mut fit, mut exceedance] = [const { String::new() }; 4];
    let [mut reached, mut split, mut spending] = [const { String::new() }; 3];
    for scenario in scenarios {
        let name = if with_scenario { format!("{scenario},") } else { String::new() };
        for (id, segment, unit) in KPIS {
            for year in 2019..=2025 {
                let published = if year == 2020 { "0.384,tsr_practice,2021-03-04" } else { ",," };
                let quantiles = values.rising(3);
                let [low, median, high] = quantiles.split(',').collect::<Vec<_>>().try_into().unwrap();
                writeln!(kpi, "{name}{id},{segment},\"a frame, quoted\",{year},{}-03-27,{unit},{median},{low},{high},80,{published},{median},{low},{high},{low},posterior,1 of 34 gates fail", year + 1).unwrap();
            }
            for week in WEEKS {
                writeln!(fans, "{scenario},{id},{segment},{week},{},80", values.rising(5)).unwrap();
            }
            for (target, probability) in [("0.1", "1,0.96,1"), ("0.4", "0.6,0.51,0.69"), ("0.9", "0,0,0.04")] {
                writeln!(exceedance, "{scenario},{id},{segment},2025,{target},{probability},0.5").unwrap();
            }
            writeln!(reached, "{scenario},{id},{segment},0.345,official,0.61,0.52,0.7,2021-04-05,2022-04-04,,0.6")
                .unwrap();
            for (source, share) in [
                ("parameters", "0.7"),
                ("luck", "0.1"),
                ("emergencies", "0.2"),
                ("model_error", ""),
                ("survey_sampling", ""),
                ("total", "1"),
            ] {
                writeln!(split, "{scenario},{id},{segment},2025,{source},0.0004,{share},{share},{share}").unwrap();
            }
        }
        for (class, member) in [
            ("prefecture", "Tokyo"),
            ("prefecture", "Okinawa"),
            ("industry", "information"),
            ("size", "micro"),
            ("region", "Kinki area"),
        ] {
            for week in WEEKS {
                writeln!(segments, "{scenario},current_practice,{class},{member},{week},{}", values.rising(3)).unwrap();
            }
        }
        writeln!(
            fit,
            "{scenario},tsr_practice,wave 14,2021-03-04,current_practice,size,large,1646,0.692,{}",
            values.rising(3)
        )
        .unwrap();
        writeln!(spending, "{scenario},managers,telework_managers,2025,123456789,120000000,130000000,905000000,700,664,2232,250000,\"nominal yen, budgets of fiscal 2020\",assumed").unwrap();
        writeln!(spending, "{scenario},declarations,emergency_declaration,2025,,,,,,,,,,estimated").unwrap();
    }
    let kpi_header = "kpi,segment,frame,fiscal_year,as_of,unit,median,low_5,high_95,replicates,published,published_by,published_for,as_published_median,as_published_low_5,as_published_high_95,level_80,parameters,certificate";
    save(folder, "kpi", &format!("{}{kpi_header}", if with_scenario { "scenario," } else { "" }), kpi);
    save(folder, "fans", "scenario,kpi,segment,week,low_5,low_25,median,high_75,high_95,replicates", fans);
    save(
        folder,
        "published",
        "kpi,segment,survey,date,from,until,value,confidence",
        "mic_introduction,total,mic_introduction,2019-11-15,2019-11-01,2019-11-30,0.202,seed\n".into(),
    );
    save(folder, "segments", "scenario,indicator,class,member,week,low_5,median,high_95", segments);
    save(
        folder,
        "fit",
        "scenario,survey,wave,date,metric,segment_type,segment,respondents,observed,low_5,median,high_95",
        fit,
    );
    save(
        folder,
        "exceedance",
        "scenario,kpi,segment,fiscal_year,target,probability,low_90,high_90,inside_probability",
        exceedance,
    );
    save(
        folder,
        "reached",
        "scenario,kpi,segment,target,target_source,probability,low_90,high_90,date_5,date_50,date_95,inside_probability",
        reached,
    );
    save(folder, "split", "scenario,kpi,segment,fiscal_year,source,variance,share,low_90,high_90", split);
    save(
        folder,
        "spending",
        "scenario,intervention,kind,fiscal_year,spend_yen,spend_low_5,spend_high_95,budget_yen,capacity,deliveries,firms_reached,unit_cost_yen,price_basis,evidence",
        spending,
    );
}

/// A run folder.
pub fn run_folder(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    manifest(
        folder,
        json!({ "kind": "run", "run": "trial-12345678", "command": "telework run trial.toml",
        "scenario": "trial", "scenario_toml": scenario_toml(TITLE) }),
    );
    forecast(folder, &["trial"], false, &mut Values(1));
}

/// A comparison folder: `plain`, and `push`, whose effect is real but invisible in one KPI and undecided in the others.
pub fn comparison_folder(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let one = |name: &str| json!({ "scenario": name, "scenario_toml": scenario_toml(&format!("The {name} scenario")) });
    manifest(
        folder,
        json!({ "kind": "comparison", "run": "comparison-1", "command": "telework compare plain.toml push.toml",
        "scenarios": [one("plain"), one("push")] }),
    );
    forecast(folder, &["plain", "push"], true, &mut Values(2));
    let [mut choice, mut differences] = [const { String::new() }; 2];
    for (at, (id, segment, _)) in KPIS.into_iter().enumerate() {
        let undecided = at > 0;
        let low = if undecided { -0.0002 } else { 0.0001 };
        let verdict = if undecided { "undecided" } else { "positive" };
        writeln!(
            differences,
            "push,plain,{id},{segment},2025,0.5003,0.5,0.0003,-0.001,0.002,{low},0.0005,0.75,0.66,0.82,80,{},{verdict}",
            if undecided { "4000" } else { "0" }
        )
        .unwrap();
        writeln!(choice, "plain,plain,{id},{segment},2025,0.5,0.4,0.6,0.345,official,0.61,,,,0.01,,mic_introduction,2100,0.011,0.031,,,not_compared").unwrap();
        writeln!(choice, "push,plain,{id},{segment},2025,0.5003,0.4,0.6,0.345,official,0.61,0.0003,{low},0.0005,0.01,0.03,mic_introduction,2100,0.011,0.031,false,103.3,invisible_to_surveys").unwrap();
    }
    save(
        folder,
        "differences",
        "scenario,reference,kpi,segment,fiscal_year,level,reference_level,difference,low_5,high_95,mean_low,mean_high,positive,positive_low,positive_high,pairs,pairs_to_settle,verdict",
        differences,
    );
    save(
        folder,
        "choice",
        "scenario,reference,kpi,segment,fiscal_year,median,low_5,high_95,target,target_source,attainability,effect,effect_low,effect_high,noise_sd,signal_to_noise,survey,respondents,survey_se,smallest_visible_change,visible,scale_to_be_visible,verdict",
        choice,
    );
    let costs = "push,plain,2024,100000000,90000000,110000000,positive,10,-5,25,undecided,,,,90,-40,220,undecided,,,,nominal yen\npush,plain,2025,200000000,190000000,210000000,positive,400,100,700,positive,500000,285714,2000000,3000,-10,6010,positive,66667,33278,,nominal yen\n";
    save(
        folder,
        "costs",
        "scenario,reference,fiscal_year,extra_spend_yen,extra_spend_low,extra_spend_high,spend_verdict,extra_firms,extra_firms_low,extra_firms_high,firms_verdict,yen_per_firm,yen_per_firm_low,yen_per_firm_high,extra_teleworkers,extra_teleworkers_low,extra_teleworkers_high,teleworkers_verdict,yen_per_teleworker,yen_per_teleworker_low,yen_per_teleworker_high,price_basis",
        costs.into(),
    );
    let worth: String = ["firm", "teleworker"]
        .iter()
        .flat_map(|per| {
            (4..10).map(move |power| format!("push,plain,2025,{per},{},0.{power},0.3,0.95\n", 10u64.pow(power)))
        })
        .collect();
    save(folder, "acceptability", "scenario,reference,fiscal_year,per,yen,probability,low_90,high_90", worth);
}

/// An attribution folder and a target folder.
pub fn study_folders(attribution: &Path, target: &Path) {
    fs::create_dir_all(attribution).unwrap();
    fs::create_dir_all(target).unwrap();
    let own = |kind: &str| json!({ "kind": kind, "run": format!("{kind}-1"), "command": "telework", "scenario": "plain", "scenario_toml": scenario_toml("The plain scenario") });
    manifest(attribution, own("attribution"));
    manifest(target, own("target"));
    let parts =
        [("managers", "telework_managers", 0.002), ("supportnw", "support_network", -0.0005), ("package", "", 0.0015)];
    let row = |(name, kind, value): (&str, &str, f64)| {
        let cells = format!("{value},{},{}", value - 0.001, value + 0.001);
        format!("plain,mic_introduction,total,2025,{name},{kind},{cells},{cells},{cells},5000000,exact,60\n")
    };
    save(
        attribution,
        "attribution",
        "scenario,kpi,segment,fiscal_year,intervention,kind,shapley,low_90,high_90,leave_one_out,loo_low_90,loo_high_90,alone,alone_low_90,alone_high_90,spend_yen,method,draws",
        parts.map(row).concat(),
    );
    save(
        attribution,
        "interactions",
        "scenario,kpi,segment,fiscal_year,intervention_a,intervention_b,interaction,low_90,high_90",
        "plain,mic_introduction,total,2025,managers,supportnw,-0.0001,-0.0002,-0.00005\n".into(),
    );
    let start = "plain,mic_introduction,total,0.5,2026-03-31,intervention.managers.scale,0.8";
    let rows = format!("{start},1,0.31,0.23,0.4,270000000,evaluated\n{start},400,0.8,0.72,0.87,108000000000,answer\n");
    save(
        target,
        "target",
        "scenario,kpi,segment,target,by,vary,wanted_probability,value,probability,low_90,high_90,spend_yen,status",
        rows,
    );
}
