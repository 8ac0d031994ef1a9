// Excerpts of this crate's source that implement what a step explains. A test compares each with its file.

/** @type {Readonly<Record<string, { file: string, code: string }>>} */
export const EXCERPTS = {
  songs: {
    file: 'src/text/songs.rs',
    code: String.raw`let begins = text.match_indices("=== ").map(|(at, _)| at);
let begins: Vec<usize> = begins.filter(|&at| at == 0 || text[..at].ends_with('\n')).collect();
let ends = begins.iter().skip(1).copied().chain([text.len()]);`,
  },
  letters: {
    file: 'src/text/normalize.rs',
    code: String.raw`for lower in c.to_lowercase() {
    if !is_letter(lower) {
        out.drop_char(c);
        continue;
    }
    if space_due && !out.text.is_empty() {
        out.text.push(' ');
    }
    space_due = false;
    out.text.push(lower);`,
  },
  windows: {
    file: 'src/train/streams.rs',
    code: String.raw`let begin = (step % steps) as usize * self.window;
let cut = |shift: usize| {
    let starts = (0..self.batch_size).map(|b| b * self.length() + begin + shift);
    starts.flat_map(|start| self.rotated[start..start + self.window].iter().copied()).collect()
};
TextBatch { rows: self.batch_size, inputs: cut(0), targets: cut(1), restarts: begin == 0 }`,
  },
  lstm: {
    file: 'src/cpu/cells.rs',
    code: String.raw`let (iv, fv) = (sigmoid4(load(&i[j..])), sigmoid4(load(&f[j..])));
let (gv, ov) = (tanh4(load(&g[j..])), sigmoid4(load(&o[j..])));
let cv = fv * load(&c_prev[j..]) + iv * gv;
store(iv, &mut i[j..]);
store(fv, &mut f[j..]);
store(gv, &mut g[j..]);
store(ov, &mut o[j..]);
store(cv, &mut c[j..]);
store(ov * tanh4(cv), &mut h[j..]);`,
  },
  lossLstm: {
    file: 'src/train/objective.rs',
    code: String.raw`let (logits, after) = model.forward(&batch.inputs, batch.rows, &self.state, dropout_seed);
self.state.layers = after.layers.iter().map(|(h, c)| (h.detach(), c.detach())).collect();
logits.cross_entropy(&batch.targets, scored(UNSCORED))`,
  },
  bits: {
    file: 'src/bin/liedwerk/evaluate_text.rs',
    code: String.raw`let chars = text.chars().count();
Ok(Score { loss: nats / tokens as f64, bits_per_char: bits(nats) / chars as f64, chars, tokens })`,
  },
  draw: {
    file: 'src/generate/sampler.rs',
    code: String.raw`let max = logits[best];
logits.iter_mut().for_each(|logit| *logit = (*logit - max) / temperature);
if top_k != 0 && top_k < logits.len() {
    self.filters.keep_top_k(logits, top_k);`,
  },
  pairs: {
    file: 'src/text/reading/pairs.rs',
    code: String.raw`for (number, fields) in &rows {
    match pair(fields, columns) {
        Some(pair) => pairs.push(pair),
        None => skipped.push(*number),
    }
}`,
  },
  marks: {
    file: 'src/text/prepare/mod.rs',
    code: String.raw`let ids = self.vocabulary.encode_source(sentence);
std::iter::once(START).chain(ids).chain(std::iter::once(END))`,
  },
  sentences: {
    file: 'src/text/sentences.rs',
    code: String.raw`for line in cleaned.split_inclusive(is_line_break) {
    let mut rest = line;
    for length in sentence_lengths(line) {
        let (sentence, after) = rest.split_at(length);
        out.push_sentence(sentence);
        rest = after;
    }
    out.push_sentence(rest);`,
  },
  bahdanau: {
    file: 'src/nn/additive_attention.rs',
    code: String.raw`let query = query.linear(&self.query, None).reshape(&[batch, 1, size]);
let scores = query.add(keys).tanh().linear(&self.score, None); // (B, S, 1)
scores.reshape(&[batch, positions]).add(mask).softmax()`,
  },
  lossPairs: {
    file: 'src/train/objective.rs',
    code: String.raw`let logits = model.forward(&batch.src, &batch.src_lengths, &batch.inputs, dropout_seed);
let Self { label_smoothing } = *self;
logits.cross_entropy(&batch.targets, CrossEntropy { label_smoothing, ..scored(PAD) })`,
  },
  bleu: {
    file: 'src/train/bleu.rs',
    code: String.raw`for n in 1..=ORDER {
    let wanted = count_ngrams(&expected, n);
    for (ngram, count) in count_ngrams(&words, n) {
        total[n - 1] += count;
        correct[n - 1] += wanted.get(ngram).map_or(0, |&wanted| wanted.min(count));`,
  },
  beam: {
    file: 'src/generate/beam.rs',
    code: String.raw`let length = first.tokens.len() + 1;
let width = self.search.beam_width;
let normaliser = power(length, self.search.length_penalty);`,
  },
  ganGame: {
    file: 'src/train/gan.rs',
    code: String.raw`let both = concat(&[&tensor(real), &made], 0);
let targets = [vec![1; real.len()], vec![0; noise.len()]].concat();
let found = self.of_discriminator.gradients(&self.discriminator, |discriminator| {
    discriminator.forward(&both).binary_cross_entropy_with_logits(&targets)
});`,
  },
  ganGenerator: {
    file: 'src/train/gan.rs',
    code: String.raw`let found = self.of_generator.gradients(&self.generator, |generator| {
    let logits = self.discriminator.forward(&generator.forward(&noise));
    logits.binary_cross_entropy_with_logits(&targets)
});`,
  },
  gram: {
    file: 'src/style/loss.rs',
    code: String.raw`let losses = features.iter().zip(&self.grams).map(|(features, (wanted, scale))| {
    gram(features).sub(wanted).square().sum_all().mul_scalar(*scale)
});`,
  },
  diffusionStep: {
    file: 'src/draw/drawing.rs',
    code: String.raw`let clean = mix(&self.latent, before.alpha, &velocity, -before.sigma);
let noise = mix(&self.latent, before.sigma, &velocity, before.alpha);
self.latent = mix(&clean, after.alpha, &noise, after.sigma);`,
  },
  styleStep: {
    file: 'src/style/transfer.rs',
    code: String.raw`let leaf = tape.watch(picture);
let (style, content) = (aim.style_loss(&leaf), aim.content_loss(&leaf));
let mut loss = style.add(&content.mul_scalar(self.settings.content_weight()));`,
  },
  bothWays: {
    file: 'src/nn/bi_lstm.rs',
    code: String.raw`let there = x.lstm(&zero, &zero, from_begin.lstm()).output;
// Reversed within its length a sequence has its padding at the end again.
let back = rows(&x, &backwards).lstm(&zero, &zero, from_end.lstm()).output;
let at_end = |y: &Tensor| y.reshape(&[steps * batch, self.hidden]).embedding(&ends, &[batch]);
last = concat(&[&at_end(&there), &at_end(&back)], 1);`,
  },
  sentiment: {
    file: 'src/models/text_classifier.rs',
    code: String.raw`let (y, last) = self.lstm.forward(&x, lengths, &dropout); // (S, B, 2H), (B, 2H)
let pooled = match self.config.pooling {
    Pooling::Last => last,`,
  },
  masked: {
    file: 'src/train/masking.rs',
    code: String.raw`let share = share(fate, index);
if share < MASKED {
    batch.inputs[place] = self.mask;
} else if share < OTHER {`,
  },
  shown: {
    file: 'src/train/preference.rs',
    code: String.raw`let log_p = model.scores_of(&x).log_softmax(); // (R, V)
let vocab = log_p.dim(1);
let place = |(r, &(row, at)): (usize, &(usize, usize))| (r * vocab) as u32 + texts[row].tokens[at];`,
  },
  bradleyTerry: {
    file: 'src/train/preference.rs',
    code: String.raw`let column = |rewards: &Tensor| rewards.reshape(&[rewards.numel(), 1]);
concat(&[&column(chosen), &column(rejected)], 1)
    .cross_entropy(&vec![0; chosen.numel()], CrossEntropy::default())`,
  },
  tuned: {
    file: 'src/train/preference.rs',
    code: String.raw`let rewards: Vec<f32> =
    of_each.map(|((log_p, before), reward)| reward - self.beta * (log_p - before)).collect();
policy_gradient(&log_probs, &leave_one_out(&rewards, batch.group))`,
  },
  step: {
    file: 'src/generate/session.rs',
    code: String.raw`let id = forced.unwrap_or(chosen);
self.tokens.push(id);`,
  },
  copies: {
    file: 'src/text/song_index.rs',
    code: String.raw`for gram in characters.windows(GRAM) {
    hits.push(self.hashes.binary_search(&hash(gram)).is_ok());`,
  },
  listing: {
    file: 'src/generate/candidates.rs',
    code: String.raw`let max = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
let sum = |temperature| logits.iter().map(|&logit| weight((logit - max) / temperature)).sum();`,
  },
  multiply: {
    file: 'src/cpu/matmul.rs',
    code: String.raw`for (w, y) in w.chunks_exact(GROUP * k).zip(groups) {
    let row = |index: usize| &w[index * k..(index + 1) * k];
    let sums = dots([row(0), row(1), row(2), row(3)], x);
    y.iter_mut().zip(sums).for_each(|(y, sum)| *y += sum);`,
  },
  leftOut: {
    file: 'src/read/classifier.rs',
    code: String.raw`for (word, without) in words.iter_mut().zip(all) {
    word.influence = Some(whole[label] - without[label]);`,
  },
};
