// Search and count in the ledger. Filters are the stylesheet's; without this the page shows everything.
const claims = [...document.querySelectorAll('.claim')]
const find = document.getElementById('find')
const words = document.getElementById('words')
const count = document.getElementById('count')
const plain = (text) => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '')
const texts = claims.map((claim) => plain(claim.textContent))
function show() {
  const wanted = plain(words.value).split(/\s+/).filter(Boolean)
  claims.forEach((claim, i) => { claim.hidden = !wanted.every((word) => texts[i].includes(word)) })
  const shown = claims.filter((claim) => getComputedStyle(claim).display !== 'none').length
  count.textContent = find.dataset.count.replace('{shown}', shown).replace('{total}', claims.length)
}
find.hidden = false
words.addEventListener('input', show)
document.querySelectorAll('.bar input').forEach((radio) => radio.addEventListener('change', show))
show()
