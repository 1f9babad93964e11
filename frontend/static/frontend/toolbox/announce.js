// What a screen reader says after something moved, was added or removed.
const region = document.createElement('p');
region.className = 'vh';
region.setAttribute('role', 'status');
document.body.append(region);

/** @param {string} sentence */
export function announce(sentence) {
  region.textContent = region.textContent === sentence ? `${sentence}\u00a0` : sentence;
}
