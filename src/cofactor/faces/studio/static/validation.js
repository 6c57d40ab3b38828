// The validation takes some seconds the first time: the page is there at once, and its numbers follow.
const answer = await fetch('/validation/page')
if (answer.ok) document.getElementById('judged').innerHTML = await answer.text()
