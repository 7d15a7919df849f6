// Show the explanation of the chosen answer in the question's live region.
document.addEventListener("change", (event) => {
  const chosen = event.target;
  const question = chosen.closest("fieldset.quiz");
  if (!question || !chosen.dataset.explanation) return;

  const explanation = document.getElementById(chosen.dataset.explanation);
  const feedback = question.querySelector(".quiz-feedback");
  const copy = [...explanation.childNodes]
    .filter((node) => !node.classList?.contains("quiz-answer"))
    .map((node) => node.cloneNode(true));
  feedback.replaceChildren(...copy);
  feedback.classList.toggle("quiz-right", explanation.classList.contains("quiz-right"));
  feedback.classList.toggle("quiz-wrong", explanation.classList.contains("quiz-wrong"));
});
