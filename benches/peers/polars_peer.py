"""The core model in Polars: firms are the rows of a data frame, a week one set of column expressions."""

import numpy as np
import polars as pl

from world import EXPERIENCE_AT_START, EXPERIENCE_MOST, LOCAL_CUSTOMERS, SHARE_STEPS, World, seed

NEVER, CURRENT, STOPPED = 0, 1, 2

col = pl.col
x, weeks, formal, practice = col("inclination"), col("weeks"), col("formal"), col("practice")
never, current, stopped = practice == NEVER, practice == CURRENT, practice == STOPPED


def below_chance(draw: str, log_hazard: pl.Expr) -> pl.Expr:
    return col(draw) < 1 - (-log_hazard.exp()).exp()


def logistic(value: pl.Expr) -> pl.Expr:
    return 1 / (1 + (-value).exp())


class Peer:
    def __init__(self, world: World):
        self.world = world
        p = world.parameters
        firms = pl.DataFrame(world.firms).with_columns(
            # Firms that share industry, prefecture and size see the same others and the same week.
            klass=pl.struct("industry", "prefecture", "size").rank("dense").cast(pl.UInt32) - 1,
            staff=col("weight") * col("employees"),
        )
        of = ["industry", "prefecture", "size"]
        self.classes = firms.group_by("klass", *of).agg(col("weight").sum(), col("staff").sum()).sort("klass")
        self.firms = firms.select("klass", *of, "weight", "staff", "teleworkable", "inclination")

        # Section 7.4, from sums over the practising firms of each class, `now_...`.
        def share(over, what="weight"):
            return col(f"now_{what}").sum().over(over) / col(what).sum().over(over)

        nation = col("now_staff").sum() / col("staff").sum()
        seen = (
            p.peer_industry * share("industry")
            + p.peer_prefecture * share("prefecture")
            + p.peer_size * share("size")
            + p.peer_customers * (LOCAL_CUSTOMERS * share("prefecture", "staff") + (1 - LOCAL_CUSTOMERS) * nation)
        ) / (p.peer_industry + p.peer_prefecture + p.peer_size + p.peer_customers)
        d, c = col("declaration"), col("concern")
        pull = (p.peer_strength * seen).log1p()
        # Log hazards of a class at inclination 0: section 7.2.
        self.rates = [
            (p.start_base + p.start_declaration * d + p.start_concern * c + pull).alias("start"),
            (p.stop_base - p.stop_declaration * d - p.stop_concern * c).alias("stop"),
            (p.resume_base + p.resume_declaration * d + p.resume_concern * c + pull).alias("resume"),
            (p.reach_base + p.reach_market * col("market") + p.reach_declaration * d).clip(0, 1).alias("reach"),
        ]

        experience = weeks / (weeks + p.experience_half)
        practice_hazard = (
            pl.when(never).then(col("start") + x)
            .when(current).then(
                col("stop") - p.stop_inclination * x - p.stop_experience * experience - p.stop_scheme * formal
            )
            .otherwise(col("resume") + p.resume_inclination * x + p.resume_scheme * formal)
        )
        scheme_hazard = (
            pl.when(formal).then(p.give_up_base + p.give_up_stopped * stopped)
            .otherwise(p.formalise_base + p.formalise_inclination * x + p.formalise_experience * experience)
        )
        changes = below_chance("practice_draw", practice_hazard)
        # Only a practising firm can write telework into its rules, and none that stops in the same week.
        rewrites = below_chance("scheme_draw", scheme_hazard) & (formal | (current & ~col("changes")))
        jobs = col("teleworkable") * (col("reach") + p.reach_experience * experience).clip(None, 1)
        self.transitions = [
            [changes.alias("changes")],
            [
                (formal ^ rewrites).alias("formal"),
                pl.when(~col("changes")).then(practice)
                .when(current).then(pl.lit(STOPPED, pl.UInt8))
                .otherwise(pl.lit(CURRENT, pl.UInt8)).alias("practice"),
            ],
            # Experience and intensity: section 7.5.
            [pl.when(current).then((weeks + 1).clip(None, EXPERIENCE_MOST)).otherwise(weeks).alias("weeks")],
        ]
        self.intensity = jobs.round().clip(1, None) / SHARE_STEPS

    def begin(self, random) -> pl.DataFrame:
        """January 2020."""
        p, n = self.world.parameters, len(self.firms)
        return (
            self.firms.with_columns(practice_draw=random(n), scheme_draw=random(n))
            .with_columns(
                practice=(
                    (col("teleworkable") > 0)
                    & (col("practice_draw") < logistic(p.initial_practice + p.initial_practice_slope * x))
                ).cast(pl.UInt8)
            )
            .with_columns(
                formal=current & (col("scheme_draw") < logistic(p.initial_scheme + p.initial_scheme_slope * x)),
                weeks=pl.when(current).then(EXPERIENCE_AT_START).otherwise(0).cast(pl.Int32),
            )
        )

    def class_rates(self, firms: pl.DataFrame, week: int, concern: np.ndarray) -> pl.DataFrame:
        now = firms.lazy().filter(current).group_by("klass").agg(
            now_weight=col("weight").sum(), now_staff=col("staff").sum()
        )
        place = self.classes["prefecture"]
        return (
            self.classes.lazy()
            .join(now, on="klass", how="left", maintain_order="left")
            .with_columns(
                pl.col("now_weight", "now_staff").fill_null(0.0),
                market=pl.Series(self.world.market).gather(place),
                declaration=pl.Series(self.world.declaration[week]).gather(place),
                concern=pl.Series(concern[week]).gather(place),
            )
            .select(self.rates)
            .collect()
        )

    def run(self, replicate: int) -> np.ndarray:
        world = self.world
        random = np.random.default_rng(seed(replicate)).random
        concern = world.concern(replicate)
        firms, n = self.begin(random), len(self.firms)
        weight, staff = self.firms["weight"].sum(), self.firms["staff"].sum()
        sizes = self.classes.group_by("size").agg(col("weight").sum()).sort("size")["weight"]
        kept = firms.columns
        curves = np.empty((world.weeks, 6))
        for week in range(world.weeks):
            rates = self.class_rates(firms, week, concern)
            week_ahead = firms.lazy().with_columns(
                *(rates[name].gather(firms["klass"]) for name in rates.columns),
                pl.Series("practice_draw", random(n)),
                pl.Series("scheme_draw", random(n)),
            )
            for columns in self.transitions:
                week_ahead = week_ahead.with_columns(columns)
            week_ahead = week_ahead.with_columns(teleworkers=pl.when(current).then(col("staff") * self.intensity))
            firms = week_ahead.collect()
            now = [col("weight").filter(current & (col("size") == size)).sum() for size in range(3)]
            figures = firms.select(
                *(share.alias(f"size {size}") for size, share in enumerate(now)),
                col("weight").filter(formal).sum().alias("formal"),
                col("teleworkers").sum(),
            ).row(0)
            firms = firms.select(kept)
            practising = np.array(figures[:3])
            curves[week] = [
                practising.sum() / weight, *(practising / sizes.to_numpy()), figures[3] / weight, figures[4] / staff,
            ]
        return curves
