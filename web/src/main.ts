import { mount } from 'svelte';
import App from './App.svelte';
import './style.css';
import { wordsFor } from './text/said.svelte';
import { language } from './text/text.svelte';

await wordsFor(language.now);
const target = document.getElementById('app');
if (target) mount(App, { target });
