//! Contents of recipes.

use crate::tidy::{files, root};
use liedwerk::ErrorCode;
use liedwerk::models::{GptConfig, ModelConfig};
use liedwerk::train::{Optimizer, Recipe, TrainFile};

/// A GPT-2 small enough to learn in seconds.
pub const GPT: &str = r#"
name = "test"
precision = "int8"
[model]
type = "gpt2"
n_positions = 16
n_embd = 24
n_layer = 2
n_head = 3
resid_pdrop = 0.2
embd_pdrop = 0.2
[tokenizer]
type = "bpe"
vocab_size = 280
[data]
train = "songs.txt"
dev = "dev.txt"
[train]
seed = 3
batch_size = 6
steps = 150
lr = 1e-2
warmup_steps = 10
decay_steps = 50
weight_decay = 0.01
grad_clip = 1.0
beta1 = 0.9
beta2 = 0.98
checkpoint_every = 100
"#;

/// [`GPT`], parsed.
pub fn gpt() -> Recipe {
    Recipe::from_toml(GPT).unwrap()
}

fn config(recipe: &Recipe) -> GptConfig {
    match recipe.plan.model.as_ref().unwrap().config([280; 2]).unwrap() {
        ModelConfig::Gpt2(config) => config,
        _ => panic!("the recipe is of a GPT-2"),
    }
}

#[test]
fn what_a_gpt_recipe_leaves_out_is_as_in_pytorch() {
    let recipe = gpt();
    assert_eq!((recipe.plan.train.average, recipe.plan.train.optimizer), (0.999, Optimizer::AdamW));
    let GptConfig { n_inner, layer_norm_epsilon, resid_pdrop, attn_pdrop, .. } = config(&recipe);
    assert_eq!((n_inner, layer_norm_epsilon, resid_pdrop, attn_pdrop), (None, 1e-5, 0.2, 0.1));
    assert_eq!(config(&recipe).inner(), 4 * 24);
    let more = GPT.replace("[tokenizer]", "n_inner = 32\nlayer_norm_epsilon = 1e-4\n[tokenizer]");
    let more = format!("{more}average = 0.9\nshares = 2\noptimizer = \"muon\"");
    let recipe = Recipe::from_toml(&more).unwrap();
    assert_eq!((recipe.plan.train.average, recipe.plan.train.optimizer), (0.9, Optimizer::Muon));
    let config = config(&recipe);
    assert_eq!((config.inner(), config.layer_norm_epsilon), (32, 1e-4));
}

#[test]
fn files_are_one_or_several_and_may_be_repeated() {
    let file = |path: &str, repeat| TrainFile { path: path.into(), tag: None, repeat };
    let recipe = gpt();
    assert_eq!((recipe.train, recipe.dev), (vec![file("songs.txt", 1)], vec!["dev.txt".to_owned()]));
    let several = GPT
        .replace("train = \"songs.txt\"", "train = [\"a.txt\", { path = \"b.txt\", repeat = 3 }]")
        .replace("dev = \"dev.txt\"", "dev = [\"c.txt\", \"d.txt\"]");
    let recipe = Recipe::from_toml(&several).unwrap();
    assert_eq!(recipe.train, [file("a.txt", 1), file("b.txt", 3)]);
    assert_eq!(recipe.dev, ["c.txt", "d.txt"]);
    for (line, expected) in [
        ("train = []", "names no file"),
        ("train = { path = \"a\", repeat = 0 }", "repeated 0 times"),
        ("train = { path = \"a\", tag = \"~\" }", "only sentence pairs have a source"),
        ("train = { path = \"a\", repeats = 2 }", "data.train must be a path"),
        ("train = 3", "data.train must be a path"),
    ] {
        let error = Recipe::from_toml(&GPT.replace("train = \"songs.txt\"", line)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadRecipe);
        assert!(error.to_string().contains(expected), "{line}: {error}");
    }
}

#[test]
fn impossible_gpt_recipes_are_refused() {
    for (line, other, expected) in [
        ("n_head = 3", "n_head = 5", "n_head is 5, which does not divide n_embd 24"),
        ("n_positions = 16", "n_positions = 0", "n_positions is 0"),
        ("n_positions = 16", "", "missing field `n_positions`"),
        ("embd_pdrop = 0.2", "embd_pdrop = 1.0", "embd_pdrop is 1"),
        ("embd_pdrop = 0.2", "dropout = 0.1", "unknown field `dropout`"),
        ("vocab_size = 280", "vocab_size = 255", "tokenizer.vocab_size is 255"),
        ("type = \"gpt2\"", "type = \"llama\"", "\"llama\", which is none of the models"),
        ("n_head = 3", "n_head = 3\nvocab_size = 280", "vocab_size comes from the tokenizer"),
        ("batch_size = 6", "batch_size = 6\noptimizer = \"sgd\"", "unknown variant `sgd`"),
        ("vocab_size = 280", "vocab_size = 9999999", "vocab_size is 9999999"),
        ("type = \"bpe\"", "type = \"words\"", "tokenizer.type must be one of [\"bpe\"]"),
        ("train = \"songs.txt\"", "", "missing field `train`"),
        ("dev = \"dev.txt\"", "dev = \"dev.txt\"\nmax_tokens = 60", "unknown field `max_tokens`"),
        ("batch_size = 6", "batch_size = 0", "train.batch_size is 0"),
        ("batch_size = 6", "batch_size = 6\nwindow = 16", "unknown field `window`"),
        ("batch_size = 6", "batch_size = 6\naverage = 1.0", "train.average is 1"),
        ("lr = 1e-2", "lr = -1.0", "train.lr is -1"),
        ("lr = 1e-2", "", "missing field `lr`"),
        ("decay_steps = 50", "decay_steps = 141", "together exceed steps"),
        ("beta2 = 0.98", "beta2 = 1", "train.beta2 is 1"),
    ] {
        assert!(GPT.contains(line), "{line}");
        let error = Recipe::from_toml(&GPT.replacen(line, other, 1)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadRecipe, "{other}");
        assert!(error.to_string().contains(expected), "{other}: {error}");
    }
}

/// Serde does not guarantee this for fields shared by several recipes.
#[test]
fn misspelt_settings_are_refused_in_every_recipe() {
    let shipped = files(&root().join("training/recipes"), &["toml"]);
    let texts = shipped.iter().map(|path| std::fs::read_to_string(path).unwrap());
    for text in texts.chain([GPT.to_owned()]) {
        let error = Recipe::from_toml(&format!("{text}\nbatchsize = 3\n")).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadRecipe);
        assert!(error.to_string().contains("unknown field `batchsize`"), "{error}");
    }
}
