// Decoding (paper, section 6.1). Twins: length_penalty.py, greedy.py and beam_search.py of
// solutions/decoding/.
//
// A search takes a function `next(prefixes)`, which gives log-probabilities of the token after each
// prefix, and `report(ids)`, which hears what has been written so far. It gives `hypotheses`, best
// first, each with its ids (and </s>), log-probability, score and prefix; and `steps`.
liveTransformer.part((live) => {
  const { steps } = live;
  const fround = Math.fround; // scores are float32, so that ties are the same as in PyTorch

  live.logSoftmax = (logits, temperature = 1) => {
    const scaled = temperature === 1 ? logits : logits.map((logit) => logit / temperature);
    const largest = scaled.reduce((a, b) => Math.max(a, b), -Infinity);
    const logTotal = Math.log(scaled.reduce((total, logit) => total + Math.exp(logit - largest), 0));
    return scaled.map((logit) => logit - largest - logTotal);
  };

  // Log-probabilities of the next token, in which some tokens are impossible. Twin: `forbid`.
  live.newPredictor = (run, memory, never) => (prefixes) =>
    live.nextLogits(run, prefixes, memory).map((logits) => {
      const logP = live.logSoftmax(logits, run.temperature);
      if (logP.some(Number.isNaN)) throw new Error("The model's numbers are not finite any more.");
      for (const id of never) logP[id] = -Infinity;
      return logP;
    });

  // Maximum output length, in the paper input length + 50. Twin: `length_limits`.
  live.lengthLimit = (run, sentence, extra) =>
    Math.min(sentence.length + extra, run.model.config.max_length);

  // ---- one hypothesis --------------------------------------------------------------------------

  // Append the token that `choose` picks until it is </s>. Twin: `greedy`.
  function writeOne(run, next, limit, choose, report) {
    let prefix = live.newPrefix(run);
    let score = 0;
    for (;;) {
      const [logP] = next([prefix]);
      const token = choose(logP);
      score += logP[token];
      if (token === live.EOS || prefix.ids.length === limit) {
        const ids = [...prefix.ids.slice(1), token];
        return { hypotheses: [{ ids, logP: score, score, prefix }], steps: [] };
      }
      prefix = live.extended(prefix, token);
      report(prefix.ids.slice(1));
    }
  }

  // The most likely token; of equally likely ones the one with the smallest id.
  const mostLikely = (logP) => logP.reduce((best, one, id) => (one > logP[best] ? id : best), 0);

  live.greedy = (run, next, limit, report) => writeOne(run, next, limit, mostLikely, report);

  // Draw each token with its probability.
  live.sample = (run, next, limit, report) =>
    writeOne(run, next, limit, (logP) => draw(logP, run.random()), report);

  function draw(logP, random) {
    // Of all probability that is left to the tokens that may be written.
    let left = random * logP.reduce((total, one) => total + Math.exp(one), 0);
    for (let id = 0; id < logP.length; id++) {
      left -= Math.exp(logP[id]);
      if (left < 0) return id;
    }
    return mostLikely(logP); // rounding can leave a little
  }

  // ---- beam search -----------------------------------------------------------------------------

  // The best continuations, falling; equal ones in the order of their parents, then of their tokens.
  // Twin: `extend_beams`. Keeps a sorted list of the `count` best so far.
  live.largest = (logPs, scores, count, extended = steps.extendedScore) => {
    const best = [];
    logPs.forEach((logP, parent) => {
      for (let token = 0; token < logP.length; token++) {
        const score = fround(extended(scores[parent], logP[token]));
        if (best.length === count && !(score > best[count - 1].score)) continue;
        let place = best.length;
        while (place > 0 && score > best[place - 1].score) place -= 1;
        best.splice(place, 0, { score, parent, token });
        if (best.length > count) best.pop();
      }
    });
    return best;
  };

  // lp(Y) = ((5 + |Y|) / (5 + 1))^alpha (Wu et al. 2016, equation 14).
  live.lengthPenalty = (length, alpha) => ((5 + length) / (5 + 1)) ** alpha;

  // Hypotheses with log P / lp as their score, best first; equal ones keep their order.
  steps.score = (logP, penalty) => logP / penalty;
  steps.isBefore = (a, b) => b.score - a.score;

  live.rank = (run, finished, alpha) => {
    const { score, isBefore } = run.steps;
    return finished
      .map((one) => ({ ...one, score: score(one.logP, live.lengthPenalty(one.ids.length, alpha)) }))
      .sort(isBefore);
  };

  // Whether no living beam can beat the best finished hypothesis any more.
  steps.isOver = (run, finished, logP, limit, alpha) => {
    if (!finished.length) return false;
    return live.rank(run, finished, alpha)[0].score >= logP / live.lengthPenalty(limit, alpha);
  };

  // Extend the k most likely prefixes. Gives the finished hypotheses, best first, and what happened
  // in each step: the beams, and their 2k best continuations with their fate. Twin: `beam_search`.
  steps.firstScore = (beam) => (beam === 0 ? 0 : -Infinity);
  steps.extendedScore = (score, logP) => score + logP;

  live.beamSearch = (run, next, limit, report, { beamSize = 4, alpha = 0.6 }) => {
    let beams = Array.from({ length: beamSize }, () => live.newPrefix(run));
    // k equal beginnings: only one may count, or the k best would be k times the same.
    let scores = beams.map((_, beam) => run.steps.firstScore(beam));
    const finished = [];
    const history = [];
    for (;;) {
      const atLimit = beams[0].ids.length === limit;
      const used = beams.filter((_, beam) => scores[beam] > -Infinity);
      const best = live.largest(next(used), scores, 2 * beamSize, run.steps.extendedScore);
      const living = best.filter(({ token }) => token !== live.EOS).slice(0, beamSize);
      best.forEach((one, place) => {
        const complete = (one.token === live.EOS || atLimit) && one.score > -Infinity;
        one.fate = living.includes(one) ? "lives" : "cut";
        if (!complete || place >= beamSize) return;
        one.fate = "ends";
        const prefix = used[one.parent];
        finished.push({ ids: [...prefix.ids.slice(1), one.token], logP: one.score, prefix });
      });
      const written = used.map(({ ids }, beam) => ({ ids: ids.slice(1), score: scores[beam] }));
      history.push({ beams: written, candidates: best });
      if (atLimit || run.steps.isOver(run, finished, living[0].score, limit, alpha)) break;
      beams = living.map(({ parent, token }) => live.extended(used[parent], token));
      scores = living.map(({ score }) => score);
      report(beams[0].ids.slice(1));
    }
    return { hypotheses: live.rank(run, finished, alpha), steps: history };
  };
});
