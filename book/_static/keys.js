// The arrow keys turn the page, unless something on it wants them: a field, a button, a box that
// scrolls sideways.
document.addEventListener("keydown", (event) => {
  const wanted = { ArrowLeft: "a.left-prev", ArrowRight: "a.right-next" }[event.key];
  if (!wanted || event.defaultPrevented) return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, button, summary, dialog, [tabindex], [role]"))
    if (!event.target.matches("body, main, #main-content")) return;
  document.querySelector(wanted)?.click();
});
