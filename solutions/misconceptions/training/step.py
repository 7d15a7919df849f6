"""Ways to get a training step wrong (right: `solutions.training.step`)."""

from solutions.misconceptions import misconception
from solutions.training.step import evaluate_loss, train_step

misconception(
    train_step,
    "step_hands_the_masks_over",
    did="You give the model four arguments, but its forward takes only source and target.",
    causes="The call raises TypeError. The model makes both masks itself, from pad_id.",
    fix="Call the model with two arguments: model(batch.source, batch.target_in).",
    section="optimization.html#train-step",
    caught_by="step-gradient",
    change={
        "    loss, tokens = batch_loss(model, batch, smoothing, precision)\n": (
            "    pad_id = model.config.pad_id\n"
            "    source_mask = batch.source != pad_id\n"
            "    target_mask = batch.target_in != pad_id\n"
            "    logits = model(batch.source, batch.target_in, source_mask, target_mask)\n"
            "    loss, tokens = label_smoothing_loss(logits, batch.target_out, smoothing, pad_id)\n"
        ),
    },
)

misconception(
    train_step,
    "step_piles_up_gradients",
    did="You never call zero_grad.",
    causes="Each step follows the sum of all gradients so far. "
    "Most of them were computed for parameters that have changed since.",
    fix="Call optimizer.zero_grad() before mean.backward().",
    section="optimization.html#train-step",
    caught_by="step-gradient",
    change={"    optimizer.zero_grad()\n": ""},
)

misconception(
    train_step,
    "step_throws_the_gradient_away",
    did="You call zero_grad between backward and step.",
    causes="The optimizer finds no gradient, so the model learns nothing.",
    fix="Call optimizer.zero_grad() before backward, not after it.",
    section="optimization.html#train-step",
    caught_by="step-gradient",
    change={
        "    optimizer.zero_grad()\n": "",
        "    mean.backward()\n": "    mean.backward()\n    optimizer.zero_grad()\n",
    },
)

misconception(
    train_step,
    "step_stays",
    did="You never call optimizer.step().",
    causes="The gradients are computed, but no parameter changes.",
    fix="Call optimizer.step() after clipping and after schedule.advance().",
    section="optimization.html#train-step",
    caught_by="step-gradient",
    change={"    optimizer.step()\n": ""},
)

misconception(
    train_step,
    "step_follows_the_sum",
    did="You minimize the sum of the losses, not their mean per token.",
    causes="The larger the batch is, the longer the gradient becomes.",
    fix="Call backward on the mean per token.",
    section="training.html#train-mean",
    caught_by="step-gradient",
    change={"mean.backward()": "loss.backward()"},
)

misconception(
    train_step,
    "step_divides_by_every_position",
    did="You divide the loss by the number of all positions, padding included.",
    causes="The more padding there is, the smaller the loss looks.",
    fix="Divide by the number of real tokens.",
    section="training.html#train-padding",
    caught_by="step-gradient",
    change={"mean = loss / tokens": "mean = loss / batch.target_out.numel()"},
)

misconception(
    train_step,
    "step_without_smoothing",
    did="You do not pass smoothing on to the loss.",
    causes="The model is trained on one-hot targets for every value of smoothing.",
    fix="Pass smoothing on when you compute the loss.",
    section="training.html#train-smoothing",
    caught_by="step-gradient",
    change={
        "batch_loss(model, batch, smoothing, precision)": (
            "batch_loss(model, batch, precision=precision)"
        ),
    },
)

misconception(
    train_step,
    "step_sets_the_rate_too_late",
    did="You call schedule.advance() after optimizer.step().",
    causes="The first step uses the rate that the optimizer was built with. "
    "Each later step uses the rate of the step before it.",
    fix="Call schedule.advance() before optimizer.step().",
    section="optimization.html#train-schedule",
    caught_by="step-rate",
    change={
        "    schedule.advance()\n    optimizer.step()\n": (
            "    optimizer.step()\n    schedule.advance()\n"
        ),
    },
)

misconception(
    train_step,
    "step_without_schedule",
    did="You never call schedule.advance().",
    causes="Every step uses the rate that the optimizer was built with.",
    fix="Call schedule.advance() once in each step, before optimizer.step().",
    section="optimization.html#train-schedule",
    caught_by="step-rate",
    change={"    schedule.advance()\n": ""},
)

misconception(
    train_step,
    "step_without_clipping",
    did="You do not clip the gradients, or you clip them only after the step.",
    causes="One bad batch can then ruin the whole model.",
    fix="Call clip_gradients between backward and step.",
    section="optimization.html#train-clipping",
    caught_by="step-clips",
    change={"    clip_gradients(model.parameters(), max_norm)\n": ""},
)

misconception(
    train_step,
    "step_clips_to_one",
    did="You clip the gradients to the length 1, whatever max_norm is.",
    causes="The caller's max_norm has no effect.",
    fix="Pass max_norm on to clip_gradients.",
    section="optimization.html#train-clipping",
    caught_by="step-clips",
    change={
        "clip_gradients(model.parameters(), max_norm)": "clip_gradients(model.parameters(), 1.0)",
    },
)

misconception(
    train_step,
    "step_in_any_mode",
    did="You train the model in whatever mode it is.",
    causes="After an evaluation, you would train without dropout.",
    fix="Call model.train() at the beginning of the step.",
    section="optimization.html#train-dropout",
    caught_by="step-mode",
    change={"    model.train()\n": ""},
)

misconception(
    train_step,
    "step_switches_too_late",
    did="You switch to training mode only after you have computed the loss.",
    causes="The first step after an evaluation is taken without dropout.",
    fix="Call model.train() before you compute the loss.",
    section="optimization.html#train-dropout",
    caught_by="step-mode",
    change={
        "    model.train()\n": "",
        "    mean = loss / tokens\n": "    model.train()\n    mean = loss / tokens\n",
    },
)

misconception(
    train_step,
    "step_returns_its_graph",
    did="You return a tensor together with its graph.",
    causes="A list of such losses keeps every activation of every step, until the memory is full.",
    fix="Return a plain number: float(mean.detach()).",
    section="optimization.html#train-step",
    caught_by="step-reports",
    change={"float(mean.detach())": "mean"},
)

misconception(
    train_step,
    "step_reports_the_sum",
    did="You return the sum of the losses.",
    causes="It changes with the size of the batch, "
    "so your curve shows the batch sizes and not the learning.",
    fix="Return the mean per token.",
    section="training.html#train-mean",
    caught_by="step-reports",
    change={"float(mean.detach())": "float(loss.detach())"},
)

misconception(
    train_step,
    "step_reports_what_it_has_just_learnt",
    did="You compute the loss again after the step and return that one.",
    causes="The model has just learned this batch, so the loss looks better than it is. "
    "It also costs a second forward pass.",
    fix="Return the loss that you computed before the step.",
    section="optimization.html#train-step",
    caught_by="step-reports",
    change={
        "    return float(mean.detach())\n": (
            "    loss, tokens = batch_loss(model, batch, smoothing, precision)\n"
            "    return float((loss / tokens).detach())\n"
        ),
    },
)

misconception(
    train_step,
    "step_clears_too_late",
    did="You call zero_grad only after optimizer.step().",
    causes="Gradients that an earlier backward pass left at the parameters are added to those "
    "of your first step.",
    fix="Call optimizer.zero_grad() before mean.backward().",
    section="optimization.html#train-step",
    caught_by="step-gradient",
    change={
        "    optimizer.zero_grad()\n": "",
        "    optimizer.step()\n": "    optimizer.step()\n    optimizer.zero_grad()\n",
    },
)

misconception(
    train_step,
    "step_moves_before_backward",
    did="You call optimizer.step() before backward.",
    causes="The optimizer finds no gradient, because those of your batch come too late and "
    "are cleared in the next step.",
    fix="Call backward first, then clip, set the rate and call optimizer.step().",
    section="optimization.html#train-step",
    caught_by="step-gradient",
    change={
        (
            "    mean.backward()\n"
            "    clip_gradients(model.parameters(), max_norm)\n"
            "    schedule.advance()\n"
            "    optimizer.step()\n"
        ): (
            "    schedule.advance()\n"
            "    optimizer.step()\n"
            "    mean.backward()\n"
            "    clip_gradients(model.parameters(), max_norm)\n"
        )
    },
)

misconception(
    train_step,
    "step_goes_back_twice",
    did="You call backward twice.",
    causes="Gradients add up, so yours are twice as long as they should be.",
    fix="Call backward once; retain_graph is not needed.",
    section="optimization.html#train-step",
    caught_by="step-gradient",
    change={"    mean.backward()\n": "    mean.backward(retain_graph=True)\n    mean.backward()\n"},
)

misconception(
    train_step,
    "step_divides_by_sentences",
    did="You divide the loss by the number of sentences.",
    causes="A batch of long sentences makes a longer gradient than a batch of short ones.",
    fix="Divide by the number of real tokens.",
    section="training.html#train-mean",
    caught_by="step-gradient",
    change={"mean = loss / tokens": "mean = loss / batch.source.size(0)"},
)

misconception(
    train_step,
    "step_ignores_precision",
    did="You do not pass precision on to the loss.",
    causes="A caller who asks for bfloat16 to save time and memory gets float32.",
    fix="Pass precision on when you compute the loss.",
    section="optimization.html#train-step",
    caught_by="step-gradient",
    change={
        "batch_loss(model, batch, smoothing, precision)": "batch_loss(model, batch, smoothing)"
    },
)

misconception(
    train_step,
    "step_does_not_smooth_by_default",
    did="Your default of smoothing is 0.",
    causes="A caller who relies on the default trains on one-hot targets.",
    fix="Use the default of the signature: smoothing=0.1.",
    section="training.html#train-smoothing",
    caught_by="step-gradient",
    change={"smoothing: float = 0.1": "smoothing: float = 0.0"},
)

misconception(
    train_step,
    "step_clips_late_by_default",
    did="Your default of max_norm is 5.",
    causes="A caller who relies on the default gets steps of up to five times the promised length.",
    fix="Use the default of the signature: max_norm=1.0.",
    section="optimization.html#train-clipping",
    caught_by="step-clips",
    change={"max_norm: float = 1.0": "max_norm: float = 5.0"},
)

misconception(
    train_step,
    "step_advances_twice",
    did="You call schedule.advance() twice in each step.",
    causes="The schedule counts two steps for each of yours, so the warm-up is over after "
    "half of them.",
    fix="Call schedule.advance() once, before optimizer.step().",
    section="optimization.html#train-schedule",
    caught_by="step-rate",
    change={"    schedule.advance()\n": "    schedule.advance()\n    schedule.advance()\n"},
)

misconception(
    train_step,
    "step_clips_the_loss",
    did="You limit the loss to max_norm, not the gradients.",
    causes="A loss above the limit has no gradient at all, so the model learns nothing from "
    "the batches that are hardest.",
    fix="Call clip_gradients between backward and step.",
    section="optimization.html#train-clipping",
    caught_by="step-clips",
    change={
        "mean.backward()": "mean.clamp(max=max_norm).backward()",
        "    clip_gradients(model.parameters(), max_norm)\n": "",
    },
)

misconception(
    train_step,
    "step_restores_the_mode",
    did="You restore the mode that the model had before the step.",
    causes="The contract is that the model is in training mode afterwards, and your caller "
    "relies on it.",
    fix="Call model.train() and leave it at that.",
    section="optimization.html#train-dropout",
    caught_by="step-mode",
    change={
        "    model.train()\n": "    training = model.training\n    model.train()\n",
        ("    return float(mean.detach())\n"): (
            "    model.train(training)\n    return float(mean.detach())\n"
        ),
    },
)

misconception(
    train_step,
    "step_returns_a_tensor",
    did="You return a tensor.",
    causes="It has no graph any more, but the contract is a plain number, and on a GPU your "
    "tensors stay in its memory.",
    fix="Return float(mean.detach()) or mean.item().",
    section="optimization.html#train-step",
    caught_by="step-reports",
    change={"float(mean.detach())": "mean.detach()"},
)

misconception(
    train_step,
    "step_returns_the_tokens_too",
    did="You return the loss and the number of tokens.",
    causes="Your caller expects one number.",
    fix="Return the mean loss alone.",
    section="optimization.html#train-step",
    caught_by="step-reports",
    change={"return float(mean.detach())": "return float(mean.detach()), int(tokens)"},
)

misconception(
    train_step,
    "step_reports_the_perplexity",
    did="You return the perplexity, exp of the loss.",
    causes="The contract is nats: your curves cannot be compared with others, and they "
    "overflow if the loss is large.",
    fix="Return the mean loss itself.",
    section="optimization.html#train-step",
    caught_by="step-reports",
    change={"float(mean.detach())": "float(mean.detach().exp())"},
)

misconception(
    evaluate_loss,
    "evaluation_averages_batches",
    did="You take the mean of the batches' means.",
    causes="A token in a small batch counts more than a token in a large one, "
    "so the loss changes with the size of the batches.",
    fix="Add up the losses and the tokens of all batches, and divide once.",
    section="lab.html#lab-training",
    caught_by="evaluate-mean",
    change={
        "total + float(loss), tokens + int(count)": "total + float(loss / count), tokens + 1",
    },
)

misconception(
    evaluate_loss,
    "evaluation_counts_padding",
    did="You divide by the number of all positions, and padding is among them.",
    causes="The more padding there is, the better your validation loss looks.",
    fix="Divide by the number of real target tokens.",
    section="lab.html#lab-training",
    caught_by="evaluate-mean",
    change={"tokens + int(count)": "tokens + batch.target_out.numel()"},
)

misconception(
    evaluate_loss,
    "evaluation_with_dropout",
    did="You evaluate the model in whatever mode it is.",
    causes="With dropout, the loss is too high and different each time.",
    fix="Call model.eval() before you evaluate.",
    section="lab.html#lab-training",
    caught_by="evaluate-mode",
    change={"    model.eval()\n": ""},
)

misconception(
    evaluate_loss,
    "evaluation_leaves_its_mode",
    did="You leave the model in evaluation mode.",
    causes="If training goes on afterwards, it goes on without dropout.",
    fix="Restore the mode that the model had before.",
    section="lab.html#lab-training",
    caught_by="evaluate-leaves",
    change={"    training = model.training\n": "", "    model.train(training)\n": ""},
)

misconception(
    evaluate_loss,
    "evaluation_ends_in_training",
    did="You always switch the model to training mode at the end.",
    causes="A model that was in evaluation mode before now uses dropout, "
    "and a translator would begin to drop words.",
    fix="Remember model.training at the beginning, and restore it at the end.",
    section="lab.html#lab-training",
    caught_by="evaluate-leaves",
    change={"    training = model.training\n": "", "model.train(training)": "model.train()"},
)

misconception(
    evaluate_loss,
    "evaluation_leaves_gradients",
    did="You call backward on the validation loss.",
    causes="Its gradients stay at the parameters. "
    "A training step that forgets zero_grad then learns from the validation set.",
    fix="Compute the loss under torch.no_grad(), and do not call backward.",
    section="lab.html#lab-training",
    caught_by="evaluate-leaves",
    change={
        (
            "    with torch.no_grad():\n"
            "        for batch in batches:\n"
            "            loss, count = batch_loss(model, batch)\n"
            "            total, tokens = total + float(loss), tokens + int(count)\n"
        ): (
            "    for batch in batches:\n"
            "        loss, count = batch_loss(model, batch)\n"
            "        loss.backward()\n"
            "        total, tokens = total + float(loss.detach()), tokens + int(count)\n"
        ),
    },
)

misconception(
    evaluate_loss,
    "evaluation_is_a_perplexity",
    did="You return the perplexity, the exponential of the loss.",
    causes="Your validation numbers cannot be compared with the training losses beside them "
    "in the log.",
    fix="Return the loss itself, in nats per token.",
    section="lab.html#lab-training",
    caught_by="evaluate-mean",
    change={
        "return total / tokens": (
            "return float(torch.tensor(total / tokens, dtype=torch.float64).exp())"
        ),
    },
)

misconception(
    evaluate_loss,
    "evaluation_in_bits",
    did="You return the loss in bits.",
    causes="It is 1.44 times the loss in nats, in which the training loss is.",
    fix="Leave out the division by log 2.",
    section="lab.html#lab-training",
    caught_by="evaluate-mean",
    change={
        "return total / tokens": "return total / tokens / 0.6931471805599453",
    },
)

misconception(
    evaluate_loss,
    "evaluation_of_nothing",
    did="You return 0 if there is no token at all.",
    causes="A model that was never evaluated seems to be perfect.",
    fix="Raise ValueError if no token was counted.",
    section="lab.html#lab-training",
    caught_by="evaluate-mean",
    change={
        (
            "    if tokens == 0:\n"
            "        raise ValueError("
            '"there is no target token to evaluate on: the batches are empty")\n'
        ): "",
        "return total / tokens": "return total / max(1, tokens)",
    },
)

misconception(
    evaluate_loss,
    "evaluation_divides_by_zero",
    did="You divide by the number of tokens without checking that there are any.",
    causes="Empty batches end in a ZeroDivisionError, which does not say what is wrong.",
    fix="Raise ValueError if no token was counted.",
    section="lab.html#lab-training",
    caught_by="evaluate-mean",
    change={
        (
            "    if tokens == 0:\n"
            "        raise ValueError("
            '"there is no target token to evaluate on: the batches are empty")\n'
        ): "",
    },
)

misconception(
    evaluate_loss,
    "evaluation_is_a_tensor",
    did="You return a tensor.",
    causes="A log that holds tensors cannot be written as text, and each keeps memory on the"
    " device.",
    fix="Return a plain number: float(...) or .item().",
    section="lab.html#lab-training",
    caught_by="evaluate-mean",
    change={
        "total + float(loss)": "total + loss",
    },
)

misconception(
    evaluate_loss,
    "evaluation_of_padding",
    did="You raise ValueError only if there is no batch.",
    causes="Batches of nothing but padding have no token either, and get the loss 0.",
    fix="Raise ValueError if no token was counted.",
    section="lab.html#lab-training",
    caught_by="evaluate-mean",
    change={
        "    total, tokens = 0.0, 0\n": "    total, tokens, batches = 0.0, 0, list(batches)\n",
        "if tokens == 0": "if not batches",
        "return total / tokens": "return total / max(1, tokens)",
    },
)
