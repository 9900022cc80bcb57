"""The core model in Numba: the rules as plain loops over firms, compiled."""

import math

import numba
import numpy as np

from world import (
    EXPERIENCE_AT_START, EXPERIENCE_MOST, INDUSTRIES, LOCAL_CUSTOMERS, PREFECTURES, SHARE_STEPS, SIZES, World, seed,
)

NEVER, CURRENT, STOPPED = 0, 1, 2


@numba.njit
def happens(log_hazard):
    draw, hazard = np.random.random(), math.exp(log_hazard)
    # The chance is below the hazard: most draws need no second exponential.
    return draw < hazard and draw < -math.expm1(-hazard)


@numba.njit
def logistic(x):
    return 1 / (1 + math.exp(-x))


@numba.njit
def simulate(p, firms, market, declaration, concern, seed):
    np.random.seed(seed)
    n = len(firms)
    practice = np.zeros(n, np.uint8)
    formal = np.zeros(n, np.bool_)
    weeks = np.zeros(n, np.uint8)

    # January 2020.
    for i in range(n):
        x = firms[i].inclination
        if firms[i].teleworkable > 0 and np.random.random() < logistic(p.initial_practice + p.initial_practice_slope * x):
            practice[i] = CURRENT
            formal[i] = np.random.random() < logistic(p.initial_scheme + p.initial_scheme_slope * x)
            weeks[i] = EXPERIENCE_AT_START

    all_industry, all_prefecture, all_size = np.zeros(INDUSTRIES), np.zeros(PREFECTURES), np.zeros(SIZES)
    all_staff = np.zeros(PREFECTURES)
    for i in range(n):
        f = firms[i]
        all_industry[f.industry] += f.weight
        all_prefecture[f.prefecture] += f.weight
        all_size[f.size] += f.weight
        all_staff[f.prefecture] += f.weight * f.employees

    total = p.peer_industry + p.peer_prefecture + p.peer_size + p.peer_customers
    pull = np.empty((INDUSTRIES, PREFECTURES, SIZES))
    curves = np.empty((len(declaration), 6))
    for week in range(len(declaration)):
        # Others' practice at the start of the week: section 7.4.
        industry, prefecture, size = np.zeros(INDUSTRIES), np.zeros(PREFECTURES), np.zeros(SIZES)
        staff = np.zeros(PREFECTURES)
        for i in range(n):
            if practice[i] == CURRENT:
                f = firms[i]
                industry[f.industry] += f.weight
                prefecture[f.prefecture] += f.weight
                size[f.size] += f.weight
                staff[f.prefecture] += f.weight * f.employees
        nation = staff.sum() / all_staff.sum()
        for b in range(PREFECTURES):
            customers = LOCAL_CUSTOMERS * staff[b] / all_staff[b] + (1 - LOCAL_CUSTOMERS) * nation
            for a in range(INDUSTRIES):
                for s in range(SIZES):
                    seen = (
                        p.peer_industry * industry[a] / all_industry[a]
                        + p.peer_prefecture * prefecture[b] / all_prefecture[b]
                        + p.peer_size * size[s] / all_size[s]
                        + p.peer_customers * customers
                    ) / total
                    pull[a, b, s] = math.log1p(p.peer_strength * seen)

        size[:] = 0
        schemes, teleworkers = 0.0, 0.0
        for i in range(n):
            f = firms[i]
            d, c = declaration[week, f.prefecture], concern[week, f.prefecture]
            others = pull[f.industry, f.prefecture, f.size]
            x, e = f.inclination, weeks[i] / (weeks[i] + p.experience_half)

            # Transitions: section 7.2. Both draws are compared with the state at the start of the week.
            before = practice[i]
            if before == NEVER:
                if f.teleworkable > 0 and happens(
                    p.start_base + p.start_declaration * d + p.start_concern * c + others + x
                ):
                    practice[i] = CURRENT
            elif before == CURRENT:
                if happens(
                    p.stop_base - p.stop_declaration * d - p.stop_concern * c
                    - p.stop_inclination * x - p.stop_experience * e - p.stop_scheme * formal[i]
                ):
                    practice[i] = STOPPED
            elif happens(
                p.resume_base + p.resume_declaration * d + p.resume_concern * c + others
                + p.resume_inclination * x + p.resume_scheme * formal[i]
            ):
                practice[i] = CURRENT
            if formal[i]:
                if happens(p.give_up_base + p.give_up_stopped * (before == STOPPED)):
                    formal[i] = False
            elif before == CURRENT and practice[i] == CURRENT:
                if happens(p.formalise_base + p.formalise_inclination * x + p.formalise_experience * e):
                    formal[i] = True

            # Experience and intensity: section 7.5.
            if practice[i] == CURRENT:
                weeks[i] = min(weeks[i] + 1, EXPERIENCE_MOST)
                e = weeks[i] / (weeks[i] + p.experience_half)
                reach = min(max(p.reach_base + p.reach_market * market[f.prefecture] + p.reach_declaration * d, 0.0), 1.0)
                jobs = np.rint(f.teleworkable * min(reach + p.reach_experience * e, 1.0))
                teleworkers += f.weight * f.employees * max(jobs, 1.0) / SHARE_STEPS
                size[f.size] += f.weight
            if formal[i]:
                schemes += f.weight
        curves[week, 0] = size.sum() / all_size.sum()
        curves[week, 1:4] = size / all_size
        curves[week, 4] = schemes / all_size.sum()
        curves[week, 5] = teleworkers / all_staff.sum()
    return curves


class Peer:
    def __init__(self, world: World):
        self.world = world
        # A record of floats, which compiled code reads by name.
        values = vars(world.parameters)
        self.parameters = np.array([tuple(values.values())], [(name, float) for name in values])[0]

    def run(self, replicate: int) -> np.ndarray:
        world = self.world
        concern = world.concern(replicate)
        return simulate(self.parameters, world.firms, world.market, world.declaration, concern, seed(replicate))
