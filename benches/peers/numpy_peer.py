"""The core model in NumPy: the state is a handful of arrays, a week a few vector expressions."""

import numpy as np

from world import (
    EXPERIENCE_AT_START, EXPERIENCE_MOST, INDUSTRIES, LOCAL_CUSTOMERS, PREFECTURES, SHARE_STEPS, SIZES, World, seed,
)

NEVER, CURRENT, STOPPED = 0, 1, 2
CLASSES = (INDUSTRIES, PREFECTURES, SIZES)


def chance(log_hazard):
    return -np.expm1(-np.exp(log_hazard))


def logistic(x):
    return 1 / (1 + np.exp(-x))


class Peer:
    def __init__(self, world: World):
        self.world = world
        firms = world.firms
        self.x = firms["inclination"].astype(float)
        self.teleworkable = firms["teleworkable"].astype(float)
        self.prefecture = firms["prefecture"]
        # Firms that share industry, prefecture and size see the same others and the same week.
        self.klass = np.ravel_multi_index((firms["industry"], firms["prefecture"], firms["size"]), CLASSES)
        self.weight = firms["weight"].astype(float)
        self.staff = self.weight * firms["employees"]
        self.all_firms = self.by_class(slice(None), self.weight)
        self.all_staff = self.by_class(slice(None), self.staff)

    def by_class(self, firms, weights):
        """Sum of weights by industry, prefecture and size."""
        sums = np.bincount(self.klass[firms], weights[firms], minlength=np.prod(CLASSES))
        return sums.reshape(CLASSES)

    def others(self, practising):
        """Share of practising others as seen by (industry, prefecture, size): section 7.4."""
        p = self.world.parameters
        firms = self.by_class(practising, self.weight)
        staff = self.by_class(practising, self.staff).sum((0, 2)), self.all_staff.sum((0, 2))

        def share(over):
            return firms.sum(over) / self.all_firms.sum(over)

        customers = LOCAL_CUSTOMERS * staff[0] / staff[1] + (1 - LOCAL_CUSTOMERS) * staff[0].sum() / staff[1].sum()
        weights = np.array([p.peer_industry, p.peer_prefecture, p.peer_size, p.peer_customers])
        industry, prefecture, size, customer = weights / weights.sum()
        return (
            industry * share((1, 2))[:, None, None]
            + (prefecture * share((0, 2)) + customer * customers)[None, :, None]
            + size * share((0, 1))[None, None, :]
        )

    def run(self, replicate: int) -> np.ndarray:
        world, p, x = self.world, self.world.parameters, self.x
        random = np.random.default_rng(seed(replicate)).random
        concern = world.concern(replicate)

        # January 2020.
        n = len(x)
        susceptible = self.teleworkable > 0
        current = susceptible & (random(n) < logistic(p.initial_practice + p.initial_practice_slope * x))
        practice = np.where(current, CURRENT, NEVER)
        formal = current & (random(n) < logistic(p.initial_scheme + p.initial_scheme_slope * x))
        weeks = np.where(current, EXPERIENCE_AT_START, 0)

        curves = np.empty((world.weeks, 6))
        for week in range(world.weeks):
            never = np.flatnonzero((practice == NEVER) & susceptible)
            current = np.flatnonzero(practice == CURRENT)
            stopped = np.flatnonzero(practice == STOPPED)
            schemes = np.flatnonzero(formal)
            d, c = world.declaration[week], concern[week]

            # Log hazards at inclination 0: section 7.2.
            pull = np.log1p(p.peer_strength * self.others(current))
            start = (pull + (p.start_base + p.start_declaration * d + p.start_concern * c)[:, None]).ravel()
            resume = (pull + (p.resume_base + p.resume_declaration * d + p.resume_concern * c)[:, None]).ravel()
            stop = p.stop_base - p.stop_declaration * d - p.stop_concern * c

            e = weeks[current] / (weeks[current] + p.experience_half)
            starts = never[random(never.size) < chance(start[self.klass[never]] + x[never])]
            stops = random(current.size) < chance(
                stop[self.prefecture[current]]
                - p.stop_inclination * x[current]
                - p.stop_experience * e
                - p.stop_scheme * formal[current]
            )
            resumes = stopped[
                random(stopped.size)
                < chance(
                    resume[self.klass[stopped]]
                    + p.resume_inclination * x[stopped]
                    + p.resume_scheme * formal[stopped]
                )
            ]
            # A firm that stops does not write telework into its rules in the same week.
            formalises = current[
                ~formal[current]
                & ~stops
                & (
                    random(current.size)
                    < chance(p.formalise_base + p.formalise_inclination * x[current] + p.formalise_experience * e)
                )
            ]
            give_up = p.give_up_base + p.give_up_stopped * (practice[schemes] == STOPPED)
            gives_up = schemes[random(schemes.size) < chance(give_up)]

            practice[starts] = CURRENT
            practice[current[stops]] = STOPPED
            practice[resumes] = CURRENT
            formal[formalises] = True
            formal[gives_up] = False

            # Experience and intensity: section 7.5.
            current = np.flatnonzero(practice == CURRENT)
            weeks[current] = np.minimum(weeks[current] + 1, EXPERIENCE_MOST)
            e = weeks[current] / (weeks[current] + p.experience_half)
            reach = np.clip(p.reach_base + p.reach_market * world.market + p.reach_declaration * d, 0, 1)
            jobs = self.teleworkable[current] * np.minimum(reach[self.prefecture[current]] + p.reach_experience * e, 1)
            intensity = np.maximum(np.rint(jobs), 1) / SHARE_STEPS

            firms = self.by_class(current, self.weight)
            curves[week] = [
                firms.sum() / self.all_firms.sum(),
                *(firms.sum((0, 1)) / self.all_firms.sum((0, 1))),
                self.weight[formal].sum() / self.weight.sum(),
                self.staff[current] @ intensity / self.staff.sum(),
            ]
        return curves
