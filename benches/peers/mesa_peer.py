"""The core model in Mesa 3: each firm an agent with a step, the model a sequence of `do`, curves from a DataCollector."""

from math import exp, expm1, log1p

import mesa
import numpy as np

from world import (
    EXPERIENCE_AT_START, EXPERIENCE_MOST, INDUSTRIES, LOCAL_CUSTOMERS, PREFECTURES, SHARE_STEPS, SIZES, World, seed,
)

NEVER, CURRENT, STOPPED = 0, 1, 2


def logistic(x):
    return 1 / (1 + exp(-x))


class Firm(mesa.Agent):
    def __init__(self, model, industry, prefecture, size, weight, employees, teleworkable, inclination):
        super().__init__(model)
        self.industry, self.prefecture, self.size = industry, prefecture, size
        self.weight, self.staff = weight, weight * employees
        self.teleworkable, self.inclination = teleworkable, inclination
        self.practice, self.formal, self.weeks, self.intensity = NEVER, False, 0, 0.0
        p = model.parameters
        if teleworkable > 0 and self.random.random() < logistic(
            p.initial_practice + p.initial_practice_slope * inclination
        ):
            self.practice, self.weeks = CURRENT, EXPERIENCE_AT_START
            self.formal = self.random.random() < logistic(p.initial_scheme + p.initial_scheme_slope * inclination)

    def happens(self, log_hazard):
        return self.random.random() < -expm1(-exp(log_hazard))

    @property
    def experience(self):
        return self.weeks / (self.weeks + self.model.parameters.experience_half)

    def step(self):
        """A week: transitions (section 7.2), experience and intensity (section 7.5)."""
        model, p = self.model, self.model.parameters
        before, x, e = self.practice, self.inclination, self.experience
        d, c = model.declaration[self.prefecture], model.concern[self.prefecture]
        if before == NEVER:
            if self.teleworkable > 0 and self.happens(
                p.start_base + p.start_declaration * d + p.start_concern * c + model.pull(self) + x
            ):
                self.practice = CURRENT
        elif before == CURRENT:
            if self.happens(
                p.stop_base - p.stop_declaration * d - p.stop_concern * c
                - p.stop_inclination * x - p.stop_experience * e - p.stop_scheme * self.formal
            ):
                self.practice = STOPPED
        elif self.happens(
            p.resume_base + p.resume_declaration * d + p.resume_concern * c + model.pull(self)
            + p.resume_inclination * x + p.resume_scheme * self.formal
        ):
            self.practice = CURRENT
        if self.formal:
            if self.happens(p.give_up_base + p.give_up_stopped * (before == STOPPED)):
                self.formal = False
        elif before == CURRENT and self.practice == CURRENT:
            if self.happens(p.formalise_base + p.formalise_inclination * x + p.formalise_experience * e):
                self.formal = True

        if self.practice == CURRENT:
            self.weeks = min(self.weeks + 1, EXPERIENCE_MOST)
            market = model.market[self.prefecture]
            reach = min(max(p.reach_base + p.reach_market * market + p.reach_declaration * d, 0), 1)
            jobs = self.teleworkable * min(reach + p.reach_experience * self.experience, 1)
            self.intensity = max(round(jobs), 1) / SHARE_STEPS


class Tally:
    """Practising firms and their staff, weighted; or all firms."""

    def __init__(self, firms):
        self.industry, self.prefecture, self.size = [0.0] * INDUSTRIES, [0.0] * PREFECTURES, [0.0] * SIZES
        self.staff = [0.0] * PREFECTURES
        self.teleworkers = 0.0
        for firm in firms:
            self.industry[firm.industry] += firm.weight
            self.prefecture[firm.prefecture] += firm.weight
            self.size[firm.size] += firm.weight
            self.staff[firm.prefecture] += firm.staff
            self.teleworkers += firm.staff * firm.intensity


class Japan(mesa.Model):
    def __init__(self, world: World, replicate: int):
        super().__init__(seed=seed(replicate))
        self.parameters, self.market = world.parameters, world.market.tolist()
        self.declarations, self.concerns = world.declaration.tolist(), world.concern(replicate).tolist()
        Firm.create_agents(self, len(world.firms), **{name: world.firms[name].tolist() for name in world.firms.dtype.names})
        self.all = Tally(self.agents)
        self.practising = self.tally()
        firms = sum(self.all.size)
        reporters = {
            "practice": lambda model: sum(model.practising.size) / firms,
            "practice, micro": lambda model: model.practising.size[0] / model.all.size[0],
            "practice, medium": lambda model: model.practising.size[1] / model.all.size[1],
            "practice, large": lambda model: model.practising.size[2] / model.all.size[2],
            "formal scheme": lambda model: sum(firm.weight for firm in model.agents if firm.formal) / firms,
            "teleworkers": lambda model: model.practising.teleworkers / sum(model.all.staff),
        }
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def tally(self):
        return Tally(firm for firm in self.agents if firm.practice == CURRENT)

    def pull(self, firm):
        """Mass action of the others that a firm sees: section 7.4."""
        return self.pulls[firm.industry][firm.prefecture][firm.size]

    def look_around(self):
        p, now, all = self.parameters, self.practising, self.all
        total = p.peer_industry + p.peer_prefecture + p.peer_size + p.peer_customers
        nation = sum(now.staff) / sum(all.staff)

        def pull(industry, prefecture, size):
            customers = LOCAL_CUSTOMERS * now.staff[prefecture] / all.staff[prefecture] + (1 - LOCAL_CUSTOMERS) * nation
            seen = (
                p.peer_industry * now.industry[industry] / all.industry[industry]
                + p.peer_prefecture * now.prefecture[prefecture] / all.prefecture[prefecture]
                + p.peer_size * now.size[size] / all.size[size]
                + p.peer_customers * customers
            )
            return log1p(p.peer_strength * seen / total)

        self.pulls = [
            [[pull(i, p, s) for s in range(SIZES)] for p in range(PREFECTURES)] for i in range(INDUSTRIES)
        ]

    def step(self):
        week = int(self.steps) - 1  # Mesa counts a step before it is taken
        self.declaration, self.concern = self.declarations[week], self.concerns[week]
        self.look_around()
        self.agents.do("step")
        self.practising = self.tally()
        self.datacollector.collect(self)


class Peer:
    def __init__(self, world: World):
        self.world = world

    def run(self, replicate: int) -> np.ndarray:
        model = Japan(self.world, replicate)
        for _ in range(self.world.weeks):
            model.step()
        return model.datacollector.get_model_vars_dataframe().to_numpy()
