'use strict';
const $ = id => document.getElementById(id);
let image = null, names = [], running = null, objectUrl = null;

const say = (text, bad = false) => { $('status').textContent = text; $('status').className = bad ? 'bad' : ''; };
// Cut, never rounded up: a printed radius must not promise more than the certificate.
const cut = number => (Math.floor(number * 1000) / 1000).toFixed(3);
const nameOf = label => names[label] ?? `class ${label}`;

async function begin() {
  for (let i = 0; i < 10; i++) {
    const button = document.createElement('button'), picture = document.createElement('img');
    picture.src = `samples/${i}`;
    picture.alt = `Test image ${i}`;
    button.append(picture);
    button.setAttribute('aria-pressed', 'false');
    button.onclick = async () => choose(await (await fetch(picture.src)).blob(), button);
    $('samples').append(button);
  }
  for (let tries = 0; ; tries++) {
    const response = await fetch('v2/models/fashion');
    const model = await response.json();
    if (response.ok) {
      names = model.parameters.class_names ?? [];
      for (const sigma of model.parameters.sigmas) $('sigma').add(new Option(sigma, sigma));
      $('sigma').value = model.parameters.sigmas.includes(0.5) ? 0.5 : model.parameters.sigmas[0];
      return say('Ready.');
    }
    say(model.error);
    await new Promise(resolve => setTimeout(resolve, 500));
  }
}

function choose(blob, button) {
  image = blob;
  document.querySelectorAll('#samples button').forEach(other => other.setAttribute('aria-pressed', other === button));
  if (objectUrl) URL.revokeObjectURL(objectUrl);
  $('chosen').src = objectUrl = URL.createObjectURL(blob);
  $('chosen').alt = 'The chosen image';
  $('chosen').hidden = false;
  $('start').disabled = running !== null;
}

// Server-sent events by hand: EventSource cannot post an image.
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ''; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const type = /^event: (.*)$/m.exec(block)?.[1], data = [...block.matchAll(/^data: (.*)$/gm)].map(match => match[1]).join('\n');
      yield { type, data: JSON.parse(data) };
    }
  }
}

async function certify() {
  running = new AbortController();
  $('start').disabled = true;
  $('cancel').disabled = false;
  for (const id of ['copies', 'bound', 'download']) $(id).hidden = true;
  for (const id of ['answer', 'meaning', 'checked']) $(id).textContent = '';
  $('votes').replaceChildren();
  $('result').hidden = false;
  say('Waiting for a place …');
  const query = new URLSearchParams({ model: 'fashion', sigma: $('sigma').value });
  if ($('radius').value) query.set('radius', $('radius').value);
  try {
    const response = await fetch(`certify/stream?${query}`, {
      method: 'POST', body: image, headers: { 'Content-Type': image.type || 'application/octet-stream' }, signal: running.signal,
    });
    if (!response.ok) throw new Error((await response.json()).detail);
    for await (const { type, data } of events(response)) {
      if (type === 'votes') showVotes(data);
      if (type === 'answer') showAnswer(data);
      if (type === 'problem') throw new Error(data.detail);
    }
  } catch (error) {
    if (error.name !== 'AbortError') say(error.message, true);
    else say('Cancelled: an unfinished image has no certificate.');
    if (!$('votes').children.length) $('result').hidden = true;
  } finally {
    running = null;
    $('start').disabled = false;
    $('cancel').disabled = true;
  }
}

function showVotes({ phase, counts, drawn, most }) {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1;
  const order = counts.map((count, label) => [count, label]).filter(([count]) => count > 0).sort((a, b) => b[0] - a[0]).slice(0, 5);
  $('votes').replaceChildren(...order.map(([count, label]) => {
    const row = document.createElement('div'), name = document.createElement('span'), bar = document.createElement('meter'),
      number = document.createElement('output');
    row.className = 'vote';
    name.textContent = nameOf(label);
    bar.value = count / total;
    number.textContent = count.toLocaleString('en');
    row.append(name, bar, number);
    return row;
  }));
  say(phase === 'selection' ? `${drawn} votes to pick a class …` : `${drawn.toLocaleString('en')} votes of at most ${most.toLocaleString('en')} …`);
}

function showAnswer(answer) {
  const certificate = answer.certificate;
  $('answer').className = answer.abstained ? 'none' : 'good';
  if (answer.abstained) {
    $('answer').textContent = 'No answer';
    $('meaning').textContent = {
      radius: `The votes do not show that the answer is safe to ${answer.askedRadius}.`,
      votes: 'The votes that an image may cost did not suffice.',
      time: 'The time that an image may take did not suffice.',
    }[answer.reason] ?? 'The votes do not show which class has more than half of them.';
  } else {
    $('answer').textContent = nameOf(answer.label);
    $('meaning').textContent = `No change of the image within l2 distance ${cut(answer.unchanged.radius)} changes this answer `
      + `(wrong with probability at most ${answer.unchanged.alpha}).`
      + (answer.unchangedOrAbstaining
        ? ` Within ${cut(answer.unchangedOrAbstaining.radius)} this request gets this answer or none (at most ${answer.unchangedOrAbstaining.alpha}).`
        : '');
  }
  $('bound').hidden = certificate.paLower === 0; // no bound was shown
  $('share').style.width = `${certificate.paLower * 100}%`;
  $('floor').style.left = '50%';
  $('boundText').textContent = `At least ${cut(certificate.paLower * 100)}% of all noisy copies get ${nameOf(certificate.selectedLabel)}; `
    + `above half (the line) there is a radius: ${cut(certificate.radius)}.`;
  say(`Done: ${(sum(certificate.selectionVotes) + sum(certificate.estimationVotes)).toLocaleString('en')} votes.`);
  const link = $('download');
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([JSON.stringify(certificate)], { type: 'application/json' }));
  link.hidden = false;
  showCopies(certificate.sigma);
}

const sum = votes => (Array.isArray(votes) ? votes : votes.counts).reduce((total, count) => total + count, 0);

async function showCopies(sigma) {
  const response = await fetch(`denoised?sigma=${sigma}`, { method: 'POST', body: image });
  if (!response.ok) return;
  const copies = await response.json();
  for (const kind of ['noisy', 'denoised']) {
    $(kind).replaceChildren(...copies.map(copy => Object.assign(document.createElement('img'), { src: copy[kind], alt: kind })));
  }
  $('copies').hidden = false;
}

async function recheck(file) {
  const response = await fetch('verify', { method: 'POST', body: file, headers: { 'Content-Type': 'application/json' } });
  const result = await response.json();
  const good = response.ok && result.verified;
  $('checked').className = good ? 'good' : 'bad';
  $('checked').textContent = good ? 'The certificate is what its votes give.'
    : response.ok ? result.findings.map(finding => `${finding.member}: ${finding.message}`).join(' ') : result.detail;
}

// A file that was edited and is chosen again is looked at again.
for (const name of ['file', 'recheck']) $(name).onclick = event => { event.target.value = ''; };
$('file').onchange = event => { if (event.target.files[0]) choose(event.target.files[0], null); };
$('recheck').onchange = event => { if (event.target.files[0]) recheck(event.target.files[0]); };
$('start').onclick = certify;
$('cancel').onclick = () => running?.abort();
begin();
