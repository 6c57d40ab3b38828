// The token stands after # in the address, where browsers do not send it. It is exchanged once for a cookie.
const token = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
const opening = document.getElementById('opening')
const answer = token && await fetch('/login', { method: 'POST', body: token }).catch(() => null)
if (answer && answer.ok) {
  location.replace(opening.dataset.next)
} else {
  opening.hidden = true
  document.getElementById('closed').hidden = false
}
