// The start page: it calls the application's own endpoints and the actuator, nothing else.

const WAYS = {
	sequential: ['One after the other', '.block()'],
	zip: ['Zipped', 'Mono.zip(…).block()'],
	gather: ['Through palitra', 'runner.gather(…)'],
	outcomes: ['One is missing', 'runner.gatherOutcomes(…)'],
	timeout: ['100 ms at most', 'timeout(Duration.ofMillis(100))'],
	partner: ['Five, slow partner', 'palitra.runners.partner.max-in-flight=2'],
};

const ENDS = { ANSWERED: 'answered', FAILED: 'failed', GIVEN_UP: 'given up', NOT_SENT: 'never sent' };

const PHASES = {
	WAITING_FOR_PERMIT: 'waits for a permit',
	QUEUED: 'waits for the loop',
	RUNNING: 'runs',
	CALLER_HOP: 'runs on the caller’s thread',
};

const POLL_MILLIS = 500;

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

// Time lines

// The latest run of each way, the newest first: { way, began, timeline, error }
let runs = [];

let ticking;

async function run(button) {
	const way = button.dataset.way;
	if (button.getAttribute('aria-disabled') === 'true') {
		return;
	}
	button.setAttribute('aria-disabled', 'true');
	const current = { way, began: performance.now() };
	runs = [current, ...runs.filter((each) => each.way !== way)];
	showRuns();
	try {
		current.timeline = await send('GET', `api/timeline/${way}`);
	}
	catch (ex) {
		current.error = ex.message;
	}
	button.removeAttribute('aria-disabled');
	showRuns();
	announce('announcement', `${WAYS[way][0]}: ${summary(current)}`);
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

const isWaiting = (current) => !current.timeline && !current.error;

function showRuns() {
	const box = byId('runs');
	byId('clear').hidden = !runs.length;
	if (!runs.length) {
		box.replaceChildren(element('p', { class: 'empty' }, 'No calls yet.'));
		return;
	}
	const longest = Math.max(...runs.map((each) => each.timeline?.total ?? (isWaiting(each) ? performance.now() - each.began : 0)));
	const step = [50, 100, 250, 500, 1000, 2000, 5000, 10000, 20000].find((each) => each * 5 >= longest) ?? 60000;
	const scale = Math.max(1, Math.ceil(longest / step)) * step;
	box.style.setProperty('--step', `${100 * step / scale}%`);
	box.replaceChildren(axis(step, scale), ...runs.map((each) => article(each, scale)));
	clearTimeout(ticking);
	if (runs.some(isWaiting)) {
		ticking = setTimeout(showRuns, 100);
	}
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
			element('p', { class: 'total' }, isWaiting(current) ? `waiting, ${time(performance.now() - current.began)}`
				: current.error ? 'no time line' : time(current.timeline.total))));
	if (current.error) {
		made.append(element('p', { class: 'problem' }, current.error));
	}
	else if (isWaiting(current)) {
		made.append(element('ol', {}, call('waiting', [['waiting', 0, performance.now() - current.began]], '', scale)));
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
		made.append(element('p', { class: 'threads' }, element('span', {}, who),
			traceId ? element('span', {}, `trace ${traceId}`) : ''));
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

// The archive

async function archive(method, query, done, failed) {
	try {
		await send(method, `api/archive${query}`);
		byId('archive-outcome').textContent = done;
	}
	catch (ex) {
		byId('archive-outcome').textContent = `${failed} ${ex.message}`;
	}
	await showArchive();
}

async function showArchive() {
	let rows;
	try {
		rows = await send('GET', 'api/archive');
	}
	catch (ex) {
		byId('archive-outcome').textContent = ex.message;
		return;
	}
	byId('archive').hidden = !rows.length;
	byId('archive').tBodies[0].replaceChildren(...rows.map((row) => element('tr', {},
		element('td', {}, String(row.id)), element('td', {}, row.author), element('td', {}, row.savedBy))));
}

// Runners

const lastBusy = new Map();

let heldBefore = '';

async function poll() {
	try {
		show((await send('GET', 'actuator/palitra')).runners);
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

async function attempt(done, method, path) {
	try {
		await send(method, path);
		byId('break-outcome').textContent = done;
	}
	catch (ex) {
		byId('break-outcome').textContent = ex.message;
	}
}

async function showMood() {
	const { mood, url } = await send('GET', 'api/upstream');
	byId('moods').disabled = !mood;
	if (mood) {
		document.querySelector(`input[value="${mood}"]`).checked = true;
	}
	else {
		byId('break-outcome').textContent = `The upstream is ${url}; its mood cannot be changed from here.`;
	}
}

for (const button of document.querySelectorAll('[data-way]')) {
	button.addEventListener('click', () => run(button));
}
byId('clear').addEventListener('click', () => {
	runs = runs.filter(isWaiting);
	showRuns();
	document.querySelector('[data-way]').focus();
});
for (const button of document.querySelectorAll('[data-archive]')) {
	const ids = button.dataset.archive.split(',');
	button.addEventListener('click', () => archive('POST', `?id=${ids.join('&id=')}`, `Saved: ${ids.join(', ')}.`,
		'Rolled back, nothing saved.'));
}
byId('archive-clear').addEventListener('click', () => archive('DELETE', '', 'The archive is empty.', 'Not emptied.'));
for (const radio of document.querySelectorAll('[name="mood"]')) {
	radio.addEventListener('change', async () => {
		await attempt(`The upstream ${radio.parentElement.textContent.trim()}.`, 'PUT', `api/upstream/${radio.value}`);
		await showMood();
	});
}
byId('hold').addEventListener('click', () => {
	const held = byId('seconds').value;
	attempt(`A callback holds the loop for ${held} s.`, 'POST', `api/loop/hold?seconds=${held}`);
});
byId('free').addEventListener('click', () => attempt('The loop has been let go.', 'DELETE', 'api/loop/hold'));

showMood().catch((ex) => announce('break-outcome', ex.message));
showArchive();
poll();
