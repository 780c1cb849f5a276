// Keys reach the terminal while its text field has the focus: once textchat has drawn something, and whenever the page is
// looked at again.
const focusTerminal = () => {
  if (document.body.classList.contains("-first-byte")) {
    document.querySelector(".xterm-helper-textarea")?.focus();
  }
};

window.addEventListener("focus", focusTerminal);
window.addEventListener("DOMContentLoaded", () => {
  const observer = new MutationObserver(focusTerminal);
  observer.observe(document.body, { attributes: true, attributeFilter: ["class"] });
});
