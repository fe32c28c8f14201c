// The start page: it calls the application's own endpoints and the actuator, nothing else.

const WAYS = {
	sequential: ['One after the other', '.block()'],
	zip: ['Zipped', 'Mono.zip(…).block()'],
	gather: ['Through palitra', 'runner.gather(…)'],
	outcomes: ['One is missing', 'runner.gatherOutcomes(…)'],
	timeout: ['100 ms at most', 'timeout(Duration.ofMillis(100))'],
	partner: ['Five, slow partner', 'palitra.runners.partner.max-in-flight=2'],
};

const COMPARED = ['sequential', 'zip', 'gather'];

const ENDS = { ANSWERED: 'answered', FAILED: 'failed', GIVEN_UP: 'given up', NOT_SENT: 'never sent' };

const PHASES = {
	WAITING_FOR_PERMIT: 'waits for a permit',
	QUEUED: 'waits for the loop',
	RUNNING: 'runs',
	CALLER_HOP: 'runs on the caller’s thread',
};

const POLL_MILLIS = 500;

// How long the upstream stays silent after palitra has given up
const SILENCE_AFTERWARDS_MILLIS = 6000;

const TRANSIENT_MILLIS = 5000;

const byId = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
	const made = document.createElement(name);
	for (const [key, value] of Object.entries(attributes)) {
		made.setAttribute(key, value);
	}
	made.append(...children);
	return made;
}

function time(millis) {
	if (millis >= 10000) {
		return `${(millis / 1000).toFixed(1)} s`;
	}
	return (millis < 1000) ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(2)} s`;
}

function seconds(duration) {
	const [, hours, minutes, rest] = /^PT(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?$/.exec(duration);
	return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest ?? 0);
}

// Answers what a response says, and fails with what its problem says.
async function send(method, path) {
	let response;
	try {
		response = await fetch(path, { method, headers: { Accept: 'application/json, application/problem+json' } });
	}
	catch {
		throw new Error('The application does not answer.');
	}
	const text = await response.text();
	if (!response.ok) {
		throw new Error(`${response.status}: ${text.startsWith('{') ? JSON.parse(text).detail : response.statusText}`);
	}
	return text ? JSON.parse(text) : undefined;
}

// Figures

// Each has a scale of its own, so that a run of seconds does not squash those of milliseconds beside it.
// A run is { way, began, timeline, error }.
const figures = { compare: [], silent: [], outcomes: [], timeout: [], partner: [] };

let ticking;

const isWaiting = (run) => !run.timeline && !run.error;

const elapsed = (run) => performance.now() - run.began;

async function run(figure, way) {
	const current = { way, began: performance.now() };
	figures[figure].push(current);
	showFigures();
	try {
		current.timeline = await send('GET', `api/timeline/${way}`);
	}
	catch (ex) {
		current.error = ex.message;
	}
	showFigures();
	announce('announcement', `${WAYS[way][0]}: ${summary(current)}`);
	return current;
}

// Has the button wait until what it does is done.
async function busy(button, action) {
	if (button.getAttribute('aria-disabled') === 'true') {
		return;
	}
	button.setAttribute('aria-disabled', 'true');
	try {
		await action();
	}
	finally {
		button.removeAttribute('aria-disabled');
	}
}

// In turn, so that none disturbs another; at once where each may take a minute.
async function compare() {
	figures.compare = [];
	if (state.mood !== 'SILENT') {
		for (const way of COMPARED) {
			await run('compare', way);
		}
	}
	else {
		await Promise.all(COMPARED.map((way) => run('compare', way)));
	}
}

// Of the silence that this page has caused: when it ends by itself.
let silence;

async function silenceUpstream() {
	const button = byId('silence');
	if (silence) {
		await endSilence();
		return;
	}
	if (button.getAttribute('aria-disabled') === 'true') {
		return;
	}
	try {
		await send('PUT', 'api/upstream/SILENT');
	}
	catch (ex) {
		notice('silent-outcome', ex.message, transient());
		return;
	}
	silence = {};
	setMood('SILENT');
	showSilence();
	figures.silent = [];
	const [, , palitra] = COMPARED.map((way) => run('silent', way));
	await palitra;
	if (silence) {
		silence.ends = performance.now() + SILENCE_AFTERWARDS_MILLIS;
		silence.timer = setTimeout(endSilence, SILENCE_AFTERWARDS_MILLIS);
	}
}

async function endSilence() {
	clearTimeout(silence?.timer);
	silence = undefined;
	try {
		await send('PUT', 'api/upstream/WELL');
		setMood('WELL');
	}
	catch (ex) {
		notice('silent-outcome', ex.message, transient());
	}
	showSilence();
}

function showSilence() {
	const button = byId('silence');
	const waiting = figures.silent.filter(isWaiting);
	button.firstElementChild.textContent = silence ? 'Let it answer' : 'Silence the upstream';
	if (!silence && waiting.length) {
		button.setAttribute('aria-disabled', 'true');
	}
	else {
		button.removeAttribute('aria-disabled');
	}
	const palitra = figures.silent.find((each) => each.way === 'gather' && each.timeline);
	let text = silence ? 'The upstream is silent.' : '';
	if (palitra && waiting.length) {
		const held = waiting.length === 1 ? 'One other thread waits' : 'The other two threads wait';
		text = `palitra gave up at ${time(palitra.timeline.total)}. ${held} for as long as it takes.`;
	}
	else if (palitra) {
		const others = figures.silent.filter((each) => each !== palitra && each.timeline);
		text = `palitra held its thread for ${time(palitra.timeline.total)}, .block() for ${
			others.map((each) => time(each.timeline.total)).join(' and ')}.`;
	}
	if (byId('silent-outcome').textContent !== text) {
		announce('silent-outcome', text);
	}
}

function announce(id, text) {
	byId(id).textContent = text;
}

function summary(current) {
	if (current.error) {
		return current.error;
	}
	const { total, problem } = current.timeline;
	return problem ? `${time(total)}, ${problem.status}: ${problem.detail}` : time(total);
}

function showFigures() {
	for (const [name, runs] of Object.entries(figures)) {
		showFigure(byId(`figure-${name}`), runs);
	}
	showSilence();
	clearTimeout(ticking);
	if (Object.values(figures).flat().some(isWaiting)) {
		ticking = setTimeout(showFigures, 100);
	}
}

function showFigure(box, runs) {
	if (!runs.length) {
		box.replaceChildren();
		return;
	}
	const longest = Math.max(...runs.map((each) => each.timeline?.total ?? (isWaiting(each) ? elapsed(each) : 0)));
	const step = [20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000].find((each) => each * 5 >= longest) ?? 60000;
	const scale = Math.max(1, Math.ceil(longest / step)) * step;
	box.style.setProperty('--step', `${100 * step / scale}%`);
	const inOrder = [...runs].sort((one, other) => COMPARED.indexOf(one.way) - COMPARED.indexOf(other.way));
	box.replaceChildren(axis(step, scale), ...inOrder.map((each) => article(each, scale)));
}

function axis(step, scale) {
	const ticks = element('div');
	for (let at = 0; at <= scale; at += step) {
		const tick = element('span', {}, (at === 0) ? '0' : (scale >= 1000) ? `${at / 1000} s` : `${at} ms`);
		tick.style.left = `${100 * at / scale}%`;
		ticks.append(tick);
	}
	return element('div', { class: 'axis', 'aria-hidden': 'true' }, ticks);
}

function article(current, scale) {
	const [name, code] = WAYS[current.way];
	const made = element('article', { class: 'run', 'data-run': current.way },
		element('div', {},
			element('h3', {}, `${name} `, element('code', {}, code)),
			element('p', { class: 'total' }, isWaiting(current) ? `waiting, ${time(elapsed(current))}`
				: current.error ? 'no time line' : time(current.timeline.total))));
	if (current.error) {
		made.append(element('p', { class: 'problem' }, current.error));
	}
	else if (isWaiting(current)) {
		made.append(element('ol', {}, call('', [['waiting', 0, elapsed(current)]], '', scale)));
	}
	else {
		const { calls, problem, thread, traceId } = current.timeline;
		made.append(element('ol', {}, ...calls.map((each) => call(each.name, spans(each), result(each), scale))));
		if (problem) {
			made.append(element('p', { class: 'problem' }, `${problem.status} ${problem.title}: ${problem.detail}`));
		}
		const senders = [...new Set(calls.map((each) => each.thread).filter(Boolean))].join(', ');
		const who = (senders === thread) ? `${thread} called and waited`
			: senders ? `${senders} called, ${thread} waited` : `${thread} waited`;
		made.append(element('p', { class: 'threads' }, who,
			traceId ? element('span', {}, ` · trace ${traceId.slice(0, 8)}…`) : ''));
		made.lastElementChild.title = traceId ? `trace ${traceId}` : '';
	}
	return made;
}

function call(name, spans, what, scale) {
	const track = element('span', { class: 'track', 'aria-hidden': 'true' });
	for (const [kind, from, to] of spans) {
		const bar = element('i', { class: kind });
		bar.style.left = `${100 * from / scale}%`;
		bar.style.width = `${100 * (to - from) / scale}%`;
		track.append(bar);
	}
	return element('li', { class: 'call' }, element('span', {}, name), track, element('span', { class: 'what' }, what));
}

function spans(each) {
	return (each.sent === undefined) ? [['waited', each.asked, each.ended]]
		: [['waited', each.asked, each.sent], [each.end, each.sent, each.ended]];
}

function result(each) {
	return `${ENDS[each.end]} at ${time(each.ended)}`;
}

// Notices

// What was last seen of the application: the mood of its upstream, and whether the default runner's loop is held.
const state = { mood: undefined, moodSince: 0, held: false };

// By the element that shows it: { lasts, since }
const notices = new Map();

// Shows a text until what it is about has ended, as a later look at the application tells.
function notice(id, text, lasts) {
	announce(id, text);
	notices.set(id, { lasts, since: performance.now() });
}

function transient() {
	const until = performance.now() + TRANSIENT_MILLIS;
	return () => performance.now() < until;
}

function endNotices(lookedAt) {
	for (const [id, { lasts, since }] of notices) {
		if (lookedAt >= since && !lasts()) {
			announce(id, '');
			notices.delete(id);
		}
	}
}

// The archive

async function archive(method, query, done, failed) {
	const { mood } = state;
	try {
		await send(method, `api/archive${query}`);
		notice('archive-outcome', done, () => true);
	}
	catch (ex) {
		notice('archive-outcome', `${failed} ${ex.message}`, () => state.mood === mood);
	}
	await showArchive();
}

async function showArchive() {
	let rows;
	try {
		rows = await send('GET', 'api/archive');
	}
	catch (ex) {
		notice('archive-outcome', ex.message, transient());
		return;
	}
	byId('archive').hidden = !rows.length;
	byId('archive').tBodies[0].replaceChildren(...rows.map((row) => element('tr', {},
		element('td', {}, String(row.id)), element('td', {}, row.author), element('td', {}, row.savedBy))));
}

// Runners

const lastBusy = new Map();

let heldBefore = '';

// The name of the call that holds the loop
const HOLDER = 'callback that waits';

async function poll() {
	const began = performance.now();
	try {
		const [{ runners }, { mood }] = await Promise.all([send('GET', 'actuator/palitra'), send('GET', 'api/upstream')]);
		show(runners);
		// Of a look that began before the mood was changed from here, nothing can be told.
		if (began >= state.moodSince) {
			showMood(mood);
		}
		state.held = runners.default.stack.length > 0 || runners.default.calls.some((each) => each.task === HOLDER);
		endNotices(began);
		byId('offline').hidden = true;
	}
	catch (ex) {
		byId('offline').textContent = ex.message;
		byId('offline').hidden = false;
	}
	setTimeout(poll, POLL_MILLIS);
}

function show(runners) {
	const entries = Object.entries(runners);
	byId('runners').tBodies[0].replaceChildren(...entries.map(([name, runner]) => runnerRow(name, runner)));
	const calls = entries.flatMap(([name, runner]) => runner.calls.map((each) => ({ ...each, runner: name })));
	byId('in-flight').replaceChildren(...calls.map(inFlight));
	byId('nothing').hidden = calls.length > 0;
	const held = entries.filter(([, runner]) => runner.stack.length > 0);
	byId('held').replaceChildren(...held.map(holder));
	const names = held.map(([name]) => name).join(', ');
	if (names !== heldBefore) {
		announce('stuck-announcement', names ? `The loop of runner ${names} is stuck.` : 'No loop is stuck any more.');
		heldBefore = names;
	}
}

function runnerRow(name, runner) {
	const now = performance.now() / 1000;
	const busy = seconds(runner.busyTime);
	const before = lastBusy.get(name) ?? { now: now - 1, busy };
	lastBusy.set(name, { now, busy });
	const share = Math.min(1, Math.max(0, (busy - before.busy) / (now - before.now)));
	const lag = seconds(runner.lag) * 1000;
	const stuck = runner.stack.length > 0;
	const state = stuck ? `held for ${time(seconds(runner.heldFor) * 1000)}` : runner.state.toLowerCase();
	return element('tr', { 'data-runner': name },
		element('th', { scope: 'row' }, name,
			element('span', { class: (stuck || runner.state !== 'RUNNING') ? 'state high' : 'state' }, state)),
		number(runner.pending), number(runner.active), number(time(lag), lag >= 100),
		number(`${Math.round(100 * share)} %`, share >= 0.9));
}

function number(value, high) {
	return element('td', { class: high ? 'number high' : 'number' }, String(value));
}

function inFlight(each) {
	const details = [PHASES[each.phase], `runner ${each.runner}`];
	if (each.owner) {
		details.push(`${each.owner} waits`);
	}
	if (each.remaining) {
		const left = seconds(each.remaining) * 1000;
		details.push((left > 0) ? `${time(left)} left` : `${time(-left)} over its limit`);
	}
	return element('li', {}, element('b', {}, each.task), ` for ${time(seconds(each.age) * 1000)}`,
		element('small', {}, details.join(' · ')));
}

// A frame as class, method and line.
function brief(frame) {
	return frame.replace(/^(app\/\/|[\w.]+@[\w.+-]+\/)?([a-z_]\w*\.)+/, '').replace(/\([^:)]*(:\d+)?\)$/, '$1');
}

function holder([name, runner]) {
	const stack = element('pre');
	const frames = runner.stack.filter((frame) => !frame.includes('$$Lambda'));
	for (const frame of frames.slice(0, 8)) {
		stack.append(frame.includes('io.palitra.sample.') ? element('b', {}, brief(frame)) : brief(frame), '\n');
	}
	return element('div', { class: 'held' },
		element('p', {}, `The loop of ${name} has been held for ${time(seconds(runner.heldFor) * 1000)} by`), stack);
}

// Breaking

async function attempt(method, path, done, lasts) {
	try {
		await send(method, path);
		notice('break-outcome', done, lasts);
		return true;
	}
	catch (ex) {
		notice('break-outcome', ex.message, ex.message.startsWith('409') ? () => state.held : transient());
		return false;
	}
}

async function lookAtUpstream() {
	const { mood, url } = await send('GET', 'api/upstream');
	byId('moods').disabled = !mood;
	byId('silence').hidden = !mood;
	if (!mood) {
		announce('break-outcome', `The upstream is ${url}; its mood cannot be changed from here.`);
	}
	showMood(mood);
}

function showMood(mood) {
	if (mood) {
		document.querySelector(`input[value="${mood}"]`).checked = true;
	}
	state.mood = mood;
	if (mood !== 'SILENT' && silence) {
		clearTimeout(silence.timer);
		silence = undefined;
		showSilence();
	}
}

function setMood(mood) {
	state.moodSince = performance.now();
	showMood(mood);
}

byId('again').addEventListener('click', () => busy(byId('again'), compare));
byId('silence').addEventListener('click', silenceUpstream);
for (const button of document.querySelectorAll('[data-way]')) {
	const { way } = button.dataset;
	button.addEventListener('click', () => busy(button, () => {
		figures[way] = [];
		return run(way, way);
	}));
}
for (const button of document.querySelectorAll('[data-archive]')) {
	const ids = button.dataset.archive.split(',');
	button.addEventListener('click', () => archive('POST', `?id=${ids.join('&id=')}`, `Saved: ${ids.join(', ')}.`,
		'Rolled back, nothing saved.'));
}
byId('archive-clear').addEventListener('click', () => archive('DELETE', '', 'The archive is empty.', 'Not emptied.'));
for (const radio of document.querySelectorAll('[name="mood"]')) {
	radio.addEventListener('change', async () => {
		const mood = radio.value;
		if (await attempt('PUT', `api/upstream/${mood}`, `The upstream ${radio.parentElement.textContent.trim()}.`,
			(mood === 'WELL') ? transient() : () => state.mood === mood)) {
			setMood(mood);
		}
		else {
			showMood(state.mood);
		}
	});
}
byId('hold').addEventListener('click', () => {
	const held = byId('seconds').value;
	attempt('POST', `api/loop/hold?seconds=${held}`, `A callback holds the loop for ${held} s.`, () => state.held);
});
byId('free').addEventListener('click',
	() => attempt('DELETE', 'api/loop/hold', 'The loop has been let go.', transient()));
window.addEventListener('pagehide', () => {
	if (silence) {
		fetch('api/upstream/WELL', { method: 'PUT', keepalive: true });
	}
});

// What the first calls of all have to load is no part of the comparison.
async function begin() {
	try {
		await lookAtUpstream();
		if (state.mood === 'WELL') {
			await send('GET', 'api/timeline/zip');
			await send('GET', 'api/timeline/gather');
		}
	}
	catch (ex) {
		notice('break-outcome', ex.message, transient());
	}
	await compare();
}

busy(byId('again'), begin);
showArchive();
poll();
