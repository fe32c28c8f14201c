// Writes the page that leads to the Javadoc of each module.

import fs from 'node:fs';
import path from 'node:path';
import { root } from './.vitepress/pages.js';

const links = process.argv.slice(2).map((module) => {
	const pom = fs.readFileSync(path.join(root, module, 'pom.xml'), 'utf8');
	const description = /<description>([^<]+)<\/description>/.exec(pom)[1];
	return `<li><a href="${module}/index.html">${module}</a><br>${description}</li>`;
});

fs.writeFileSync(path.join(root, 'site/target/site/api/index.html'), `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Javadoc of palitra</title>
<style>
	body { max-width: 42rem; margin: 2rem auto; padding: 0 1.5rem; font: 1rem/1.5 system-ui, sans-serif; }
	li { margin: 0.75rem 0; }
</style>
<h1>Javadoc</h1>
<p><a href="../">palitra</a></p>
<ul>
${links.join('\n')}
</ul>
`);
