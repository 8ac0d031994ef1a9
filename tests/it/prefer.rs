//! Learning from human preferences, with models small enough for tests.

use liedwerk::ErrorCode;
use liedwerk::generate::{Generator, Sampling};
use liedwerk::io::ModelFile;
use liedwerk::judge::Share;
use liedwerk::models::{Gpt, ModelConfig};
use liedwerk::nn::Module;
use liedwerk::prefer::{
    Beginning, Better, Choice, Choices, Comparison, Judge, Knowledge, Method, Pair, PairDrawing, RewardFit,
    RewardPlan, Session, ShowPlan, Showing, Tuning, TuningPlan, Writer, beats_chance, rewards, rhymed_pairs,
    verdict,
};
use liedwerk::read::Classifier;
use liedwerk::rng::Rng;
use liedwerk::text::rhyme::Lexicon;
use liedwerk::text::{CharTokenizer, Language, Normalize, TextTokenizer};
use liedwerk::train::{Continuation, Layers, leave_one_out, sequence_log_probs};

const N_POSITIONS: usize = 96;

fn tokenizer() -> TextTokenizer {
    CharTokenizer::from_text(Normalize::None, "\nabcdx ").into()
}

fn model(seed: u64) -> Gpt {
    model_of(seed, N_POSITIONS)
}

fn model_of(seed: u64, n_positions: usize) -> Gpt {
    let config = format!(
        r#"{{"model_type": "gpt2", "vocab_size": 7, "n_positions": {n_positions}, "n_embd": 16, "n_layer": 2, "n_head": 2,
        "resid_pdrop": 0, "embd_pdrop": 0, "attn_pdrop": 0}}"#
    );
    let ModelConfig::Gpt2(config) = ModelConfig::from_json(&config).unwrap() else { unreachable!() };
    Gpt::init(config, &mut Rng::new(seed)).unwrap()
}

fn lexicon() -> Lexicon {
    Lexicon::build(Language::German, "", "")
}

fn session(seed: u64) -> Session {
    Session::new(model(seed), tokenizer(), lexicon()).unwrap()
}

/// The shipped classifier of moods.
fn shipped_moods() -> Classifier {
    let file = |name: &str| format!("{}/www/models/mood-de-en/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = |name: &str| std::fs::read_to_string(file(name)).unwrap();
    let weights = std::fs::read(file("model.safetensors")).unwrap();
    Classifier::from_files(&text("config.json"), &text("tokenizer.json"), &weights).unwrap()
}

/// Stanzas with an `a` are better than stanzas with a `b`, in varying order. All choices differ.
fn choices(count: usize) -> Choices {
    let choice = |k: usize| {
        let tail: String = (0..6).map(|at| if k >> at & 1 == 0 { 'c' } else { 'd' }).collect();
        let with = |letter: &str| format!("{letter}{tail}\n{letter}c");
        let (first, second, better) = match k % 2 {
            0 => (with("a"), with("b"), Better::First),
            _ => (with("b"), with("a"), Better::Second),
        };
        Choice { beginning: "x\n".into(), first, second, better, by: "hand".into() }
    };
    Choices((0..count).map(choice).collect())
}

fn pairs(count: usize) -> Vec<Pair> {
    choices(count).pairs(&tokenizer(), N_POSITIONS).unwrap().pairs
}

fn bits(model: &Gpt) -> Vec<u32> {
    model.parameters().iter().flat_map(|(_, tensor)| tensor.to_vec()).map(f32::to_bits).collect()
}

#[test]
fn a_file_of_choices_is_read_again_and_joined() {
    let mut all = choices(12);
    all.0[3].better = Better::Neither;
    let text = all.to_lines();
    assert_eq!(Choices::from_lines(&text).unwrap(), all);
    all.join(Choices::from_lines(&choices(2).to_lines()).unwrap());
    assert_eq!(all.0.len(), 14);
    let damaged = [
        "",
        "=== a song",
        &text[1..],
        &text.replace("\"version\":1", "\"version\":2"),
        &text.replace("second\":\"", "zweite\":\""),
        &text.replace("neither", "none"),
        &text.replace("\"x\\n\"", &format!("\"{}\"", "x".repeat(3000))),
    ];
    for text in damaged {
        assert_eq!(Choices::from_lines(text).unwrap_err().code(), ErrorCode::BadChoices, "{text}");
    }
}

#[test]
fn what_says_nothing_is_not_learned_from() {
    let code = |choices: &Choices| choices.pairs(&tokenizer(), N_POSITIONS).unwrap_err().code();
    assert_eq!(code(&choices(9)), ErrorCode::TooFewChoices);
    let mut neither = choices(20);
    neither.0.iter_mut().for_each(|choice| choice.better = Better::Neither);
    assert_eq!(code(&neither), ErrorCode::TooFewChoices);
    let mut one_sided = choices(20);
    one_sided.0.retain(|choice| choice.better == Better::First);
    assert_eq!(code(&one_sided), ErrorCode::OneSidedChoices);

    // The same two stanzas swapped, with the opposite choice: both are dropped, and so are all equal choices.
    let mut contradicted = choices(12);
    let Choice { beginning, first, second, better, by } = contradicted.0[1].clone();
    assert_eq!(better, Better::Second);
    contradicted.join(Choices(vec![
        contradicted.0[1].clone(),
        Choice { beginning, first: second, second: first, better, by },
    ]));
    // Preferring a stanza to an identical one contradicts nothing.
    contradicted.0.push(Choice { second: contradicted.0[0].first.clone(), ..contradicted.0[0].clone() });
    let found = contradicted.contradicted();
    assert_eq!((0..15).filter(|&at| found[at]).collect::<Vec<_>>(), [1, 12, 13]);
    let learnable = contradicted.pairs(&tokenizer(), N_POSITIONS).unwrap();
    assert_eq!((learnable.pairs.len(), learnable.contradicted), (11, 3));

    // Repetitions of one choice count once.
    assert_eq!(code(&Choices(vec![choices(1).0[0].clone(); 12])), ErrorCode::TooFewChoices);
}

#[test]
fn what_is_longer_than_the_model_reads_is_left_out() {
    let mut long = choices(20);
    long.0[3].first = "cd".repeat(N_POSITIONS / 2);
    let mut session = session(1);
    let learnable = session.learn_from(long.clone()).unwrap();
    assert_eq!((learnable.pairs.len(), learnable.too_long), (19, 1));
    session.fit_reward(&RewardPlan::default()).unwrap().step().unwrap();
    go(session.tune(plan(Method::Dpo)).unwrap(), 1);
    long.0.truncate(10);
    assert_eq!(session.learn_from(long).unwrap_err().code(), ErrorCode::TooFewChoices);

    // A small context ends a stanza early; one without room for a title and a stanza is refused.
    let of = |n_positions: usize| Session::new(model_of(1, n_positions), tokenizer(), lexicon());
    assert_eq!(of(12).err().unwrap().code(), ErrorCode::BadConfig);
    let small = of(24).unwrap();
    for k in 0..4 {
        let (_, stanzas) = small.stanzas(PairDrawing { seed: 1, draws: 2 }, k).unwrap();
        assert!(stanzas.iter().all(|stanza| stanza.drawn.tokens.len() < 24 && !stanza.text.is_empty()));
    }
}

#[test]
fn what_is_measured_by_is_not_learned_from_again() {
    let plan = RewardPlan { lr: 3e-3, epochs: 1, batch_size: 1, ..RewardPlan::default() };
    let twice = [pairs(20), pairs(20), pairs(20)].concat();
    let fit = RewardFit::new(&model(1), &twice, &plan);
    assert_eq!((fit.accuracy().all, fit.steps()), (4, 48));
}

#[test]
fn judges_like_what_they_are_named_after() {
    let mut knowledge = Knowledge::new(lexicon());
    let rhymed = |stanza: &str| rhymed_pairs(stanza, &lexicon());
    assert_eq!(rhymed("im Haus\nist's aus\nbei Nacht\nerwacht"), Share { part: 2, all: 2 });
    // A word does not rhyme with itself, and of three rhyming lines only two form a pair.
    assert_eq!(rhymed("im Haus\nim Haus\nam Tag\nim Wald").part, 0);
    assert_eq!(rhymed("im Haus\nist's aus\ndie Maus\nim Wald").part, 1);
    for judge in Judge::ALL {
        assert_eq!(Judge::named(judge.as_str()), Some(judge));
    }
    let old = |stanza: &str| Judge::NoOldWords.score(stanza, &knowledge).unwrap();
    assert!(old("I love you") > old("I love thee"));
    let unread = Judge::Cheerful.score("I love you", &knowledge).unwrap_err();
    assert_eq!(unread.code(), ErrorCode::BadOption);
    knowledge.learn_moods(shipped_moods()).unwrap();
    let cheer = |stanza: &str| Judge::Cheerful.score(stanza, &knowledge).unwrap();
    let [cheerful, sad] =
        ["What a wonderful day\nI am so happy", "I hate this terrible day\nIt was the worst"].map(cheer);
    assert!(cheerful > sad + 0.3 && (-1.0..=1.0).contains(&cheerful), "{cheerful} {sad}");
}

#[test]
fn a_stanza_is_drawn_beside_others_as_if_alone() {
    let (model, tokenizer) = (model(3), tokenizer());
    let writer = Writer { model: &model, tokenizer: &tokenizer, sampling: Sampling::default() };
    let [x, y] = ["x\n", "xcd"].map(|text| Beginning::new(text, &tokenizer));
    let asked = [(&x, 1), (&y, 2), (&x, 3), (&y, 4)];
    let together = writer.draw(&asked).unwrap();
    for (one, stanza) in asked.iter().zip(&together) {
        assert_eq!(writer.draw(&[*one]).unwrap()[0], *stanza);
        assert!(stanza.text.lines().count() <= 4 && stanza.drawn.written() > 0);
        assert_eq!(stanza.drawn.tokens[..stanza.drawn.beginning], one.0.tokens);
    }
    assert_ne!(together[0], together[2]);
}

#[test]
fn a_reward_model_learns_what_choices_agree_on() {
    let plan = RewardPlan { layers: Layers::All, lr: 3e-3, epochs: 8, ..RewardPlan::default() };
    let mut fit = RewardFit::new(&model(1), &pairs(40), &plan);
    assert_eq!(fit.accuracy().part, 0, "before the first step all texts are equal");
    for _ in 0..fit.steps() {
        fit.step().unwrap();
    }
    assert_eq!(fit.accuracy(), Share { part: 8, all: 8 });
    let pair = &pairs(40)[7];
    let [chosen, rejected] =
        [&pair.chosen, &pair.rejected].map(|text| rewards(fit.model(), std::slice::from_ref(text))[0]);
    assert!(chosen > rejected);
    let verdict = verdict(fit.model(), &tokenizer(), &pair.chosen);
    assert!((verdict.reward - chosen).abs() < 1e-5);
    assert_eq!(verdict.along.len(), pair.chosen.written());
    assert_eq!(verdict.along[0].0, "a");
}

#[test]
fn choices_by_chance_teach_nothing() {
    let mut by_chance = choices(30);
    let mut rng = Rng::new(1);
    for choice in &mut by_chance.0 {
        // Not the same two stanzas twice, which would be a contradiction.
        let tail: String = (0..6).map(|_| ["a", "b", "c", "d"][rng.below(4)]).collect();
        choice.first = format!("{}\n{tail}", choice.first);
        choice.better = if rng.below(2) == 0 { Better::First } else { Better::Second };
    }
    let pairs = by_chance.pairs(&tokenizer(), N_POSITIONS).unwrap().pairs;
    let mut fit = RewardFit::new(&model(1), &pairs, &RewardPlan { lr: 3e-3, ..RewardPlan::default() });
    for _ in 0..fit.steps() {
        fit.step().unwrap();
    }
    assert!(!beats_chance(fit.accuracy()), "{:?}", fit.accuracy());
}

/// Performs all steps of the fine-tuning.
fn shown(text: &str, plan: ShowPlan) -> Showing {
    let mut showing = Showing::new(&model(1), &tokenizer(), text, plan).unwrap();
    for step in 1..=showing.steps() {
        assert_eq!(showing.step().unwrap().step, step);
    }
    showing
}

#[test]
fn what_is_shown_becomes_likelier() {
    let text = "=== x\nabab\nabab\n\nabba\nabba\n\n\n=== xx\n  baba\nbaba  ";
    let plan = ShowPlan { lr: 3e-3, ..ShowPlan::default() };
    let showing = shown(text, plan.clone());
    assert_eq!((showing.stanzas(), showing.steps()), (3, 8));
    let tokens = tokenizer().encode("xabab\nabab\n");
    let log_p = |model: &Gpt| {
        sequence_log_probs(model, &[Continuation { tokens: tokens.clone(), beginning: 1 }]).to_vec()[0]
    };
    assert!(log_p(showing.model()) > log_p(&model(1)) + 1.0);
    assert_eq!(bits(showing.model()), bits(shown(text, plan.clone()).model()));
    let few = Showing::new(&model(1), &tokenizer(), "=== x\nab\n\ncd", plan.clone()).err().unwrap();
    assert_eq!(few.code(), ErrorCode::TextTooShort);

    // The fine-tuned model can be used like any other.
    let mut session = session(1);
    let showing = session.show(text, ShowPlan { layers: Layers::Last, ..plan }).unwrap();
    showing.step().unwrap();
    let learned = bits(showing.model());
    assert_ne!(learned, bits(&model(1)));
    let file = session.shown_file("shown", 1.0).unwrap();
    let parts = ModelFile::read(&file).unwrap();
    assert!(parts.card.unwrap().contains("\"songs\":3"));
    Generator::from_files(&parts.config, &parts.tokenizer, &file).unwrap();
}

fn plan(method: Method) -> TuningPlan {
    TuningPlan { lr: 3e-3, steps: 12, batch_size: 4, group: 4, ..TuningPlan::usual(method) }
}

fn by_choices() -> Tuning {
    Tuning::by_choices(&model(1), &tokenizer(), &pairs(20), plan(Method::Dpo))
}

fn by_reward() -> Tuning {
    let mut fit = RewardFit::new(&model(1), &pairs(20), &RewardPlan { lr: 3e-3, ..RewardPlan::default() });
    for _ in 0..fit.steps() {
        fit.step().unwrap();
    }
    let beginnings = vec![Beginning::new("x\n", &tokenizer()), Beginning::new("xx\n", &tokenizer())];
    let plan = TuningPlan { steps: 6, ..plan(Method::Reinforce) };
    Tuning::by_reward(&model(1), &tokenizer(), fit.model().clone(), beginnings, plan)
}

/// Mean gain in log-probability, in nats, of preferred texts and of rejected ones.
fn gains(tuning: &Tuning) -> [f32; 2] {
    let pairs = pairs(20);
    let of = |texts: Vec<_>| {
        let [new, old] =
            [tuning.model(), tuning.base()].map(|model| sequence_log_probs(model, &texts).to_vec());
        new.iter().zip(old).map(|(new, old)| new - old).sum::<f32>() / new.len() as f32
    };
    [
        of(pairs.iter().map(|pair| pair.chosen.clone()).collect()),
        of(pairs.iter().map(|pair| pair.rejected.clone()).collect()),
    ]
}

#[test]
fn both_methods_make_likelier_what_is_liked() {
    for mut tuning in [by_choices(), by_reward()] {
        while !tuning.is_done() {
            tuning.step().unwrap();
        }
        let [liked, disliked] = gains(&tuning);
        assert!(liked > disliked + 0.3, "{:?}: {liked} {disliked}", tuning.plan().method);
        assert_eq!(bits(tuning.base()), bits(&model(1)), "the old model is never touched");
    }
}

fn go(tuning: &mut Tuning, steps: u64) {
    for step in 1..=steps {
        let before = tuning.steps_done();
        assert_eq!(tuning.step().unwrap().step, before + 1, "{step}");
    }
}

#[test]
fn a_tuning_goes_on_to_the_bit_where_it_stood() {
    for begin in [by_choices, by_reward] {
        let (mut whole, mut parted) = (begin(), begin());
        // Preparing early gives the same as preparing in the first step.
        while parted.prepare() > 0 {}
        go(&mut whole, 4);
        go(&mut parted, 2);
        let checkpoint = parted.checkpoint().unwrap();
        let mut resumed = begin();
        resumed.restore(&checkpoint).unwrap();
        go(&mut resumed, 2);
        assert_eq!(bits(whole.model()), bits(resumed.model()), "{:?}", whole.plan().method);
        assert_eq!(
            resumed.restore(&checkpoint[..checkpoint.len() / 2]).unwrap_err().code(),
            ErrorCode::BadWeights
        );
    }
}

#[test]
fn a_baseline_leaves_out_the_text_itself() {
    assert_eq!(leave_one_out(&[1.0, 2.0, 6.0, 5.0, 5.0, 5.0], 3), [-3.0, -1.5, 4.5, 0.0, 0.0, 0.0]);
}

#[test]
fn a_model_equals_itself() {
    let (model, tokenizer) = (model(2), tokenizer());
    let knowledge = Knowledge::new(lexicon());
    let comparison = Comparison {
        old: &model,
        new: &model,
        tokenizer: &tokenizer,
        knowledge: &knowledge,
        sampling: Sampling::default(),
    };
    let beginnings = [Beginning::new("x\n", &tokenizer)];
    let measured = comparison.measure(Judge::ShortLines, &beginnings, 6, 1).unwrap();
    assert_eq!((measured.win_rate, measured.kl, measured.stanzas), (0.5, 0.0, 6));
    assert_eq!(measured.distinct[0], measured.distinct[1]);
}

#[test]
fn a_session_goes_from_choices_to_a_model_that_opens() {
    let mut session = session(1);
    let code = |error: liedwerk::Error| error.code();
    assert_eq!(session.tune(plan(Method::Dpo)).err().map(code), Some(ErrorCode::TooFewChoices));
    assert_eq!(session.glance(Judge::Rhyme, 2, 1).err().map(code), Some(ErrorCode::BadOption));
    session.learn_from(choices(20)).unwrap();
    assert_eq!(session.tune(plan(Method::Reinforce)).err().map(code), Some(ErrorCode::TooFewChoices));
    let impossible = TuningPlan { beta: 0.0, ..plan(Method::Dpo) };
    assert_eq!(session.tune(impossible).err().map(code), Some(ErrorCode::BadOption));
    let of_none = session.fit_reward(&RewardPlan { epochs: 0, ..RewardPlan::default() });
    assert_eq!(of_none.err().map(code), Some(ErrorCode::BadOption));
    let fit = session.fit_reward(&RewardPlan { epochs: 1, ..RewardPlan::default() }).unwrap();
    (0..fit.steps()).for_each(|_| assert!(fit.step().unwrap().loss.is_finite()));
    let ranked = session.ranked(0..4, 1).unwrap();
    assert!(ranked.is_sorted_by(|(_, a), (_, b)| a.reward >= b.reward));
    let tuning = session.tune(TuningPlan { steps: 2, ..plan(Method::Dpo) }).unwrap();
    go(tuning, 2);
    let measured = session.glance(Judge::ShortLines, 4, 1).unwrap();
    assert_eq!(measured.stanzas, 4);
    assert!(measured.kl.is_finite() && (0.0..=1.0).contains(&measured.win_rate));
    let (_, [old, new]) = session.side_by_side(0, 1).unwrap();
    assert!(!old.is_empty() && !new.is_empty());
    let file = session.model_file("tuned", 1.5).unwrap();
    let parts = ModelFile::read(&file).unwrap();
    assert!(parts.card.unwrap().contains("\"fine_tuned\":true"));
    Generator::from_files(&parts.config, &parts.tokenizer, &file).unwrap();
}
