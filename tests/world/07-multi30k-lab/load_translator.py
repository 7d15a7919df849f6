"""Forms in which public code loads a model and its vocabularies."""


# form: as PyTorch's tutorials load
# as in: PyTorch's tutorial on saving and loading models
# verdict: right
def load_translator(folder):
    require_files(folder)
    with open(folder / "translator.json", encoding="utf-8") as file:
        checkpoint = json.load(file)
    state_dict = load_file(str(folder / "translator.safetensors"), device="cpu")
    model = Transformer(TransformerConfig(**checkpoint["config"]))
    require_parameters_of(model, state_dict)
    model.load_state_dict(state_dict)
    model.eval()
    return model, checkpoint["source_ids"], checkpoint["target_ids"]


# form: safe_open, tensor by tensor
# as in: safetensors' documentation, with safe_open(...) as f
# verdict: right
def load_translator(folder):
    require_files(folder)
    tensors = {}
    with safe_open(folder / "translator.safetensors", framework="pt", device="cpu") as f:
        for k in f.keys():
            tensors[k] = f.get_tensor(k)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    with torch.no_grad():
        for name, value in model.state_dict().items():
            value.copy_(tensors[name])
    return model.eval(), dict(about["source_ids"]), dict(about["target_ids"])


# form: strict loading, errors translated, finite numbers looked at
# as in: a habit of careful programmers
# verdict: right
def load_translator(folder):
    folder = Path(folder)
    try:
        about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "translator.safetensors")
        model = Transformer(TransformerConfig(**about["config"])).cpu()
        model.load_state_dict({name: x.float() for name, x in tensors.items()}, strict=True)
    except (OSError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        raise ValueError(f"this is no translator: {error}") from error
    if not all(torch.isfinite(x).all() for x in model.state_dict().values()):
        raise ValueError("NaN or infinite parameters")
    return model.train(False), about["source_ids"], about["target_ids"]


# form: load_model of safetensors
# as in: safetensors.torch.load_model
# verdict: right
import safetensors.torch


def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_bytes())
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, load_file(folder / "translator.safetensors"))
    safetensors.torch.load_model(model, folder / "translator.safetensors")
    return model.eval(), about["source_ids"], about["target_ids"]


# form: the generator is left as it was, helpers
# as in: a habit of careful programmers
# verdict: right
def _filled(model, tensors):
    require_parameters_of(model, tensors)
    wanted = {name: tensors[name].to(x.dtype) for name, x in model.state_dict().items()}
    model.load_state_dict(wanted, assign=True)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    return model.eval()


def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text("utf-8"))
    with torch.random.fork_rng(devices=[]):
        model = Transformer(TransformerConfig(**about["config"]))
    return _filled(model, load_file(folder / "translator.safetensors")), *(about[f"{side}_ids"] for side in ("source", "target"))


# form: no eval
# as in: Stack Overflow, different outputs after loading: model.eval() forgotten
# verdict: wrong
# loses: load-again
# named: loaded_for_training
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    return model, about["source_ids"], about["target_ids"]


# form: nothing is loaded
# as in: typical homework, load_file without load_state_dict
# verdict: wrong
# loses: load-again
# named: loaded_without_parameters
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.eval()
    return model, about["source_ids"], about["target_ids"]


# form: strict=False
# as in: HF-like loading, model.load_state_dict(state, strict=False)
# verdict: wrong
# loses: load-refuses
# named: loaded_from_anything
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    model.load_state_dict(tensors, strict=False)
    model.eval()
    return model, about["source_ids"], about["target_ids"]


# form: strict loading, RuntimeError as it comes
# as in: PyTorch, load_state_dict raises RuntimeError
# verdict: wrong
# loses: load-refuses
# named: loaded_with_other_errors
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    model.load_state_dict(tensors)
    model.eval()
    return model, about["source_ids"], about["target_ids"]


# form: no look at the files
# as in: typical homework, FileNotFoundError as it comes
# verdict: wrong
# loses: load-refuses
# named: loaded_without_looking_for_files
def load_translator(folder):
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    model.eval()
    return model, about["source_ids"], about["target_ids"]


# form: NaN is loaded
# as in: typical homework, names and shapes checked by PyTorch alone
# verdict: wrong
# loses: load-refuses
# named: loaded_with_nan
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(str(error)) from None
    return model.eval(), about["source_ids"], about["target_ids"]


# form: words numbered anew
# as in: typical homework, {w: i for i, w in enumerate(words)}
# verdict: wrong
# loses: load-again
# named: loaded_with_new_numbers
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    source_ids, target_ids = ({w: i for i, w in enumerate(sorted(about[k]), start=4)} for k in ("source_ids", "target_ids"))
    return model.eval(), source_ids, target_ids


# form: the vocabularies the other way round
# as in: typical homework, number -> word
# verdict: wrong
# loses: load-again
# named: loaded_from_numbers_to_words
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    itos = lambda ids: {number: word for word, number in ids.items()}
    return model.eval(), itos(about["source_ids"]), itos(about["target_ids"])


# form: the model alone
# as in: nearly every tutorial, return model
# verdict: wrong
# loses: load-again
# named: loaded_without_vocabularies
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    return model.eval()


# form: the folder is overlooked
# as in: typical homework, paths in the current folder
# verdict: wrong
# loses: load-again
# named: -
def load_translator(folder):
    require_files(folder)
    about = json.loads(Path("translator.json").read_text(encoding="utf-8"))
    tensors = load_file("translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    model.eval()
    return model, about["source_ids"], about["target_ids"]


# form: sizes of its own
# as in: typical homework, TransformerConfig() with numbers in the code
# verdict: wrong
# loses: load-again
# named: -
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(len(about["source_ids"]) + 4, len(about["target_ids"]) + 4, N=3, d_model=256, d_ff=1024, h=8))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    model.eval()
    return model, about["source_ids"], about["target_ids"]


# form: target and source exchanged
# as in: typical homework
# verdict: wrong
# loses: load-again
# named: loaded_the_wrong_way_round
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors)
    return model.eval(), about["target_ids"], about["source_ids"]


# form: half precision stays
# as in: HF, torch_dtype of the file
# verdict: wrong
# loses: load-again
# named: loaded_in_half_precision
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    require_parameters_of(model, tensors)
    model.load_state_dict(tensors, assign=True)
    model.eval()
    return model, about["source_ids"], about["target_ids"]


# form: strict=False, no eval
# as in: typical homework
# verdict: wrong
# loses: load-refuses, load-again
# named: loaded_from_anything, loaded_for_training
def load_translator(folder):
    require_files(folder)
    about = json.loads((folder / "translator.json").read_text(encoding="utf-8"))
    tensors = load_file(folder / "translator.safetensors")
    model = Transformer(TransformerConfig(**about["config"]))
    model.load_state_dict(tensors, strict=False)
    return model, about["source_ids"], about["target_ids"]
