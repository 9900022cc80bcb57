//! The summary tables that a page is made of: which command writes each, and what each column holds.
//!
//! `docs/results.md` says what the columns mean.

/// What the cells of a column hold. Any cell may be empty: there is no such value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text,
    /// A finite number.
    Number,
    /// An ISO day.
    Day,
    /// `true` or `false`.
    Flag,
}

/// One summary table.
#[derive(Debug)]
pub struct Summary {
    /// Name without `.csv`.
    pub name: &'static str,
    /// Command that writes it.
    pub command: &'static str,
    /// The columns that the page uses, others are left out: `#number`, `@day`, `?flag`, or words.
    columns: &'static str,
}

impl Summary {
    /// Names of the columns with what they hold.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, Cell)> {
        self.columns.split_whitespace().map(|column| match column.as_bytes()[0] {
            b'#' => (&column[1..], Cell::Number),
            b'@' => (&column[1..], Cell::Day),
            b'?' => (&column[1..], Cell::Flag),
            _ => (column, Cell::Text),
        })
    }

    /// Whether a table may lack this column: the manifest of a run names the scenario of its `kpi.csv`, and older ones have no
    /// level of 80 %.
    pub fn optional(&self, column: &str) -> bool {
        self.name == "kpi" && ["scenario", "level_80"].contains(&column)
    }
}

const fn summary(name: &'static str, command: &'static str, columns: &'static str) -> Summary {
    Summary { name, command, columns }
}

const RUN: &str = "telework run";
const COMPARE: &str = "telework compare";
const ATTRIBUTE: &str = "telework attribute";

/// Every summary table.
pub const SUMMARIES: &[Summary] = &[
    summary(
        "kpi",
        RUN,
        "scenario kpi segment frame #fiscal_year @as_of unit #median #low_5 #high_95 #replicates #published \
         published_by @published_for #as_published_median #as_published_low_5 #as_published_high_95 #level_80 parameters certificate",
    ),
    summary("fans", RUN, "scenario kpi segment @week #low_5 #low_25 #median #high_75 #high_95 #replicates"),
    summary("published", RUN, "kpi segment survey @date @from @until #value confidence"),
    summary("segments", RUN, "scenario indicator class member @week #low_5 #median #high_95"),
    summary(
        "fit",
        RUN,
        "scenario survey wave @date metric segment_type segment #respondents #observed #low_5 #median #high_95",
    ),
    summary(
        "exceedance",
        RUN,
        "scenario kpi segment #fiscal_year #target #probability #low_90 #high_90 #inside_probability",
    ),
    summary(
        "reached",
        RUN,
        "scenario kpi segment #target target_source #probability #low_90 #high_90 @date_5 @date_50 @date_95 #inside_probability",
    ),
    summary("split", RUN, "scenario kpi segment #fiscal_year source #variance #share #low_90 #high_90"),
    summary(
        "spending",
        RUN,
        "scenario intervention kind #fiscal_year #spend_yen #spend_low_5 #spend_high_95 #budget_yen #capacity \
         #deliveries #firms_reached #unit_cost_yen price_basis evidence",
    ),
    summary(
        "choice",
        COMPARE,
        "scenario reference kpi segment #fiscal_year #median #low_5 #high_95 #target target_source #attainability \
         #effect #effect_low #effect_high #noise_sd #signal_to_noise survey #respondents #survey_se \
         #smallest_visible_change ?visible #scale_to_be_visible verdict",
    ),
    summary(
        "differences",
        COMPARE,
        "scenario reference kpi segment #fiscal_year #level #reference_level #difference #low_5 #high_95 #mean_low \
         #mean_high #positive #positive_low #positive_high #pairs #pairs_to_settle verdict",
    ),
    summary(
        "costs",
        COMPARE,
        "scenario reference #fiscal_year #extra_spend_yen #extra_spend_low #extra_spend_high spend_verdict \
         #extra_firms #extra_firms_low #extra_firms_high firms_verdict #yen_per_firm #yen_per_firm_low #yen_per_firm_high #extra_teleworkers #extra_teleworkers_low \
         #extra_teleworkers_high teleworkers_verdict #yen_per_teleworker #yen_per_teleworker_low #yen_per_teleworker_high price_basis",
    ),
    summary("acceptability", COMPARE, "scenario reference #fiscal_year per #yen #probability #low_90 #high_90"),
    summary(
        "attribution",
        ATTRIBUTE,
        "scenario kpi segment #fiscal_year intervention kind #shapley #low_90 #high_90 #leave_one_out #loo_low_90 \
         #loo_high_90 #alone #alone_low_90 #alone_high_90 #spend_yen method #draws",
    ),
    summary(
        "channels",
        ATTRIBUTE,
        "scenario #fiscal_year intervention channel #common_spend_yen #extra_firms #extra_firms_low #extra_firms_high \
         #yen_per_firm #extra_teleworkers #extra_teleworkers_low #extra_teleworkers_high #yen_per_teleworker",
    ),
    summary(
        "interactions",
        ATTRIBUTE,
        "scenario kpi segment #fiscal_year intervention_a intervention_b #interaction #low_90 #high_90",
    ),
    summary(
        "target",
        "telework target",
        "scenario kpi segment #target @by vary #wanted_probability #value #probability #low_90 #high_90 #spend_yen \
         status",
    ),
];
