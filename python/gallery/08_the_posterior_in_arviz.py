"""What did the surveys teach? The posterior beside its priors, in ArviZ."""

import arviz

import telework as tw

p = tw.posterior()
print(p)
data = p.to_arviz(prior_draws=200)
print(arviz.summary(data, var_names=["peer_industry", "inclination_size"], kind="stats"))
taught = sorted(p.priors, key=lambda line: (line["posterior_sd"] or 9) / line["prior_sd"])
print([line["parameter"] for line in taught[:5]])
assert data.posterior.sizes["chain"] * data.posterior.sizes["draw"] == int(p.about["draws"])
