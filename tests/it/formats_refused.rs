//! Files that are not models, and malicious ones: each is reported by name, and nothing in it is executed.

use crate::formats::{Brought, fixture, opened, sharded, zip};
use liedwerk::io::formats::{Ends, refuse_early};
use liedwerk::{Error, ErrorCode};

#[test]
fn other_formats_are_named_by_their_first_bytes() {
    let legacy = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.";
    for (name, head, named) in [
        ("model.gguf", &b"GGUF\x03\0\0\0"[..], "GGUF"),
        // Whatever its name.
        ("model.safetensors", b"GGUF\x03\0\0\0", "GGUF"),
        ("ggml-model.bin", b"lmgg\0\0", "GGML"),
        ("ggml-model.bin", b"tjgg\x01\0", "GGJT"),
        ("model.pt", legacy, "PyTorch before 1.6"),
        ("songs.pkl", b"\x80\x04\x95\0\0", "pickle"),
        ("model.h5", b"HDF", "neither safetensors nor"),
        ("model.onnx", b"\x08\x07\x12\x07pytorch", "ONNX"),
        ("model.bin", b"\x08\x07\x12\x07pytorch", "ONNX"),
        ("model.tflite", b"\x1c\0\0\0TFL3", "TensorFlow Lite"),
        ("checkpoint", b"model_checkpoint_path: \"model.ckpt-1\"", "TensorFlow"),
        ("model.ckpt-1.data-00000-of-00001", b"\0\x01", "TensorFlow"),
        ("saved_model.pb", b"\x08\x01\x12", "TensorFlow"),
        ("weights.npy", b"\x93NUMPY\x01\0", "NumPy"),
        ("model.tar.gz", b"\x1f\x8b\x08\0", "gzip"),
        ("model.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        ("model.safetensors", b"<!doctype html><title>Not found", "web page"),
        ("model.bin", b"\0\0\0\0", "neither safetensors nor"),
        ("config.json", b"{\"model_type\": \"gpt2\"}", "no weights"),
        ("song.txt", b"Am Brunnen vor dem Tore", "no weights"),
    ] {
        let error = opened(&[(name.to_owned(), head.to_vec())]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::OtherFormat, "{name}: {error}");
        assert!(error.to_string().contains(named), "{name}: {error}");
    }
    // Next to readable weights, such files are ignored.
    assert!(opened(&[sharded(), vec![("model.onnx".into(), vec![8, 7])]].concat()).is_ok());
}

/// A checkpoint with this pickle, and numbers for a storage "0".
fn checkpoint(pickle: &[u8]) -> Brought {
    let files = [("a/data.pkl".to_owned(), pickle.to_vec()), ("a/data/0".to_owned(), vec![0; 64])];
    ("model.pt".to_owned(), zip(&files, false))
}

#[test]
fn nothing_in_a_checkpoint_is_executed() {
    let refused = |pickle: &[u8], code: ErrorCode, named: &str| {
        let error = opened(&[checkpoint(pickle)]).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(named), "{error}");
    };
    refused(b"\x80\x02cposix\nsystem\nX\x02\0\0\0ls\x85R.", ErrorCode::OtherFormat, "posix.system");
    refused(
        b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
        ErrorCode::OtherFormat,
        "builtins.eval",
    );
    refused(b"\x80\x02c__main__\nCharLSTM\n)\x81.", ErrorCode::OtherFormat, "__main__.CharLSTM");
    refused(b"\x80\x02ctorch\nload\n)R.", ErrorCode::OtherFormat, "torch.load");
    for damaged in [
        &b""[..],
        b"\x80\x02",
        b"\x80\x02.",
        b"\x80\x02h\x07.",
        b"\x80\x02K\x01K\x02s.",
        b"\x80\x02X\xff\xff\xff\xff.",
        b"\x80\x02NNR.",
    ] {
        refused(damaged, ErrorCode::BadWeights, "pickle");
    }
    // A tensor that exceeds its storage, one that repeats a single number, and a dictionary that contains
    // itself.
    let tensor = |offset: u8, size: u8, stride: u8| {
        let mut pickle = b"\x80\x02}X\x01\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nFloatStorage\n".to_vec();
        pickle.extend(b"X\x01\0\0\x000X\x03\0\0\0cpuK\x10tQ");
        pickle
            .extend([b'K', offset, b'K', size, 0x85, b'K', stride, 0x85, 0x89, b'N', b't', b'R', b's', b'.']);
        pickle
    };
    refused(&tensor(0, 17, 1), ErrorCode::BadWeights, "beyond");
    refused(&tensor(1, 16, 1), ErrorCode::BadWeights, "beyond");
    refused(&tensor(0, 200, 0), ErrorCode::BadWeights, "beyond");
    refused(&tensor(0, 16, 1), ErrorCode::BadConfig, "config.json");
    refused(b"\x80\x02}q\x00X\x01\0\0\0ah\x00s.", ErrorCode::BadWeights, "no tensors");
}

/// What the first and last 4 KiB of files that belong together tell; the middle of a file has `missing` more bytes.
fn seen_early(files: &[Brought], missing: u64) -> Result<(), Error> {
    let ends = |(name, bytes): &Brought| Ends {
        name: name.clone(),
        size: bytes.len() as u64 + if name.ends_with("json") { 0 } else { missing },
        first: bytes[..bytes.len().min(4096)].to_vec(),
        last: bytes[bytes.len().saturating_sub(4096)..].to_vec(),
    };
    refuse_early(&files.iter().map(ends).collect::<Vec<_>>())
}

#[test]
fn large_models_are_refused_by_their_ends() {
    let refused = |files: &[Brought], code: ErrorCode, named: &str| {
        let error = seen_early(files, 900 << 20).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.to_string().contains(named), "{error}");
    };
    let json = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    let weights = fixture("gpt2-sharded/model-00001-of-00003.safetensors");
    refused(std::slice::from_ref(&weights), ErrorCode::BadWeights, "cut off");
    let qwen = json("config.json", r#"{"model_type": "qwen2"}"#);
    refused(&[weights.clone(), qwen], ErrorCode::BadConfig, "qwen2");
    let cut = zip(&sharded(), false);
    refused(&[("a.zip".into(), cut[..cut.len() / 2].to_vec())], ErrorCode::BadWeights, "cut off");
    let photos = zip(&[json("a/1.JPG", "x"), json("a/2.jpg", "x")], false);
    refused(&[("a.zip".into(), photos)], ErrorCode::OtherFormat, "1.JPG");
    refused(&[checkpoint(b"\x80\x02c__main__\nCharLSTM\n)\x81.")], ErrorCode::OtherFormat, "CharLSTM");
    let (_, keras) = fixture("keras/keras3.h5");
    let cut = ("a.h5".to_owned(), keras[..4096].to_vec());
    assert!(seen_early(&[cut], 0).unwrap_err().to_string().contains("cut off"));
    // Whole files, of which only something else is missing.
    let code = |files: &[Brought]| seen_early(files, 0).map_err(|error| error.code());
    assert_eq!(code(&[weights]), Err(ErrorCode::BadTokenizer));
    let mut files = sharded();
    files.retain(|(name, _)| !name.starts_with("model-00002"));
    assert_eq!(code(&files), Err(ErrorCode::BadWeights));
    for files in [
        sharded(),
        vec![("a.zip".into(), zip(&sharded(), true))],
        vec![fixture("lstm.pt")],
        vec![fixture("nanogpt/ckpt.pt"), fixture("nanogpt/meta.pkl")],
        vec![fixture("keras/keras3.h5"), fixture("keras/chars.json")],
        vec![fixture("keras/keras3.keras"), fixture("keras/chars.json")],
    ] {
        assert_eq!(code(&files), Ok(()), "{}", files[0].0);
    }
}

#[test]
fn zips_that_do_harm_are_refused() {
    let named = |bytes: Vec<u8>| opened(&[("a.zip".to_owned(), bytes)]).unwrap_err();
    let bomb = zip(&[("config.json".to_owned(), vec![b' '; 200 << 20])], true);
    assert!(bomb.len() < 1 << 20);
    assert_eq!(named(bomb).code(), ErrorCode::OtherFormat);
    let files =
        [sharded(), sharded().into_iter().map(|(name, b)| (format!("b/{name}"), b)).collect()].concat();
    assert!(named(zip(&files, false)).to_string().contains("several models"));
    let good = zip(&sharded(), false);
    for cut in [good.len() / 2, good.len() - 1, 30] {
        assert_eq!(named(good[..cut].to_vec()).code(), ErrorCode::BadWeights, "{cut}");
    }
    // One wrong bit in the weights.
    let mut damaged = good.clone();
    damaged[good.len() / 2] ^= 1;
    assert_eq!(named(damaged).code(), ErrorCode::BadWeights);
    assert_eq!(named(zip(&[], false)).code(), ErrorCode::OtherFormat);
}

/// A safetensors file of one tensor, with the name and shape of some layout.
fn single(name: &str, dtype: &str, shape: &[usize], bytes: usize) -> Brought {
    let header =
        format!("{{{name:?}:{{\"dtype\":{dtype:?},\"shape\":{shape:?},\"data_offsets\":[0,{bytes}]}}}}");
    let length = (header.len() as u64).to_le_bytes();
    ("model.safetensors".to_owned(), [&length[..], header.as_bytes(), &vec![0; bytes]].concat())
}

#[test]
fn sizes_that_no_data_bears_out_are_refused() {
    for weights in [
        // A bias of zeros of this size would take four terabytes.
        single("transformer.ln_f.weight", "F32", &[1 << 40, 0], 0),
        single("head.weight", "F32", &[1 << 40, 0], 0),
        // Half a byte per number.
        single("transformer.wte.weight", "F4", &[2, 4], 4),
    ] {
        let error = opened(&[weights]).unwrap_err();
        assert_eq!(error.code(), ErrorCode::BadWeights, "{error}");
    }
}

#[test]
fn one_list_does_not_become_many_dictionaries() {
    // Ten thousand pairs, and a thousand calls of OrderedDict with them.
    let mut pickle = b"\x80\x02]q\0(".to_vec();
    pickle.extend(b"K\x01K\x02\x86".repeat(10_000));
    pickle.extend(b"e0]");
    pickle.extend(b"ccollections\nOrderedDict\nh\0\x85R0".repeat(1_000));
    pickle.push(b'.');
    let error = opened(&[checkpoint(&pickle)]).unwrap_err();
    assert_eq!(error.code(), ErrorCode::BadWeights, "{error}");
    assert!(error.to_string().contains("dictionaries"), "{error}");
}
