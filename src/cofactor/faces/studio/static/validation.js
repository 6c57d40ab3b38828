// The validation takes some seconds the first time: the page is there at once, and its numbers follow.
const judged = document.getElementById('judged')
const answer = await fetch('/validation/page').catch(() => null)
if (answer?.ok) judged.innerHTML = await answer.text()
else {
  const said = judged.querySelector('[data-broken]')
  said.textContent = said.dataset.broken
}
