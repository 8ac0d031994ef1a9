//! What recipes may say.

use crate::tidy::{files, root};
use liedwerk::ErrorCode;
use liedwerk::train::{GptModelRecipe, GptRecipe, Recipe};

/// A GPT-2 so small that it learns in seconds.
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

/// [`GPT`], read.
pub fn gpt() -> GptRecipe {
    match Recipe::from_toml(GPT).unwrap() {
        Recipe::Gpt(recipe) => recipe,
        Recipe::Song(_) | Recipe::Translation(_) => panic!("the recipe is of a GPT-2"),
    }
}

#[test]
fn what_a_gpt_recipe_leaves_out_is_as_in_pytorch() {
    let recipe = gpt();
    assert_eq!((recipe.train.average, recipe.train.common.shares), (0.999, 1));
    let GptModelRecipe::Gpt2 { n_inner, layer_norm_epsilon, resid_pdrop, attn_pdrop, .. } = recipe.model;
    assert_eq!((n_inner, layer_norm_epsilon, resid_pdrop, attn_pdrop), (None, 1e-5, 0.2, 0.1));
    assert_eq!(recipe.model.config(280).inner(), 4 * 24);
    let more = GPT.replace("[tokenizer]", "n_inner = 32\nlayer_norm_epsilon = 1e-4\n[tokenizer]");
    let Recipe::Gpt(recipe) = Recipe::from_toml(&format!("{more}average = 0.9\nshares = 2")).unwrap() else {
        panic!("the recipe is of a GPT-2");
    };
    assert_eq!((recipe.train.average, recipe.train.common.shares), (0.9, 2));
    let config = recipe.model.config(280);
    assert_eq!((config.inner(), config.layer_norm_epsilon), (32, 1e-4));
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
        ("vocab_size = 280", "vocab_size = 9999999", "vocab_size is 9999999"),
        ("type = \"bpe\"", "type = \"words\"", "unknown variant `words`"),
        ("train = \"songs.txt\"", "", "missing field `train`"),
        ("dev = \"dev.txt\"", "dev = \"dev.txt\"\nnormalize = \"songs\"", "unknown field `normalize`"),
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

/// Which serde does not promise of fields that several recipes share.
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
