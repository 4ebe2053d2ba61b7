// The form with the settings: one lane of fields for each provider, and the fields of all calls below them. Keys are in its fields and nowhere else.

import { byId, el } from '../page/dom.js';
import { explained } from '../page/errors.js';
import {
  CONNECTIONS, connectionInWords, defaultUrl, fieldsOf, GROUPS, isService, LOCAL_PAGES, listModels, modelsOf, nameAmong, providersOf, standInLane, standInOf,
  titleOf,
} from './providers.js';
import { CALL, IS_STATIC, LANE, MOST_LANES, normal } from './settings.js';

/**
 * @param {{ form: HTMLFormElement, settings: import('./settings.js').Settings, onChange: (settings: import('./settings.js').Settings) => void }} options
 */
export function settingsForm({ form, settings: first, onChange }) {
  const list = byId('lanes');
  const template = byId('lane').content.firstElementChild;
  /** Whether relay, endpoint and stand-ins are there: the page may be served without them. */
  let hasEdge = !IS_STATIC;
  let settings = first;

  const laneNodes = () => [...list.children];
  const field = (lane, name) => lane.querySelector(`[name="${name}"]`);
  const keyField = (lane) => lane.querySelector('[data-field=apiKey] input');

  function addLane(values) {
    const lane = template.cloneNode(true);
    field(lane, 'provider').append(...Object.entries(GROUPS).map(([kind, label]) => el('optgroup', { label },
      ...providersOf(kind).map((value) => el('option', { value }, titleOf(value))))));
    list.append(lane);
    fill(lane, LANE, values);
    lane.querySelector('.more').open = false;
    lane.querySelector('.remove-lane').addEventListener('click', () => removeLane(lane));
    lane.querySelector('.list-models').addEventListener('click', ({ currentTarget }) => showModels(lane, currentTarget));
    lane.querySelector('.stand-in').addEventListener('click', () => useStandIn(lane));
    number();
    return lane;
  }

  /** Gives what must be unique in the page its number, and shows numbers only where there are several. */
  function number() {
    const lanes = laneNodes();
    lanes.forEach((lane, index) => {
      const suffix = index === 0 ? '' : `-${index + 1}`;
      const key = keyField(lane);
      key.id = `api-key${suffix}`;
      lane.querySelector('[data-field=apiKey] label').htmlFor = key.id;
      lane.querySelector('[data-field=apiKey] p').id = `key-explained${suffix}`;
      key.setAttribute('aria-describedby', `key-explained${suffix}`);
      lane.querySelector('datalist').id = `models${suffix}`;
      field(lane, 'model').setAttribute('list', `models${suffix}`);
      lane.querySelector('legend').textContent = `Provider ${index + 1}`;
      lane.querySelector('legend').hidden = lane.querySelector('.remove-lane').hidden = lanes.length === 1;
      lane.querySelector('.remove-lane').setAttribute('aria-label', `Remove provider ${index + 1}`);
    });
    byId('add-lane').hidden = lanes.length >= MOST_LANES;
    byId('together').hidden = lanes.length === 1;
  }

  function removeLane(lane) {
    const next = lane.nextElementSibling ?? lane.previousElementSibling;
    lane.remove();
    number();
    apply();
    field(next, 'provider').focus();
  }

  function apply() {
    settings = read();
    // Who hears of it shows the fields, and says why where WebAssembly is not allowed.
    onChange(settings);
  }

  const read = () => normal({ ...readFields(form, CALL), lanes: laneNodes().map((lane) => readFields(lane, LANE)) });

  /** Another provider was chosen: key, address and model belong to the one before, and must not go to this one. */
  function leaveProvider(lane, before) {
    keyField(lane).value = '';
    for (const name of ['baseUrl', 'model', 'priceIn', 'priceOut']) field(lane, name).value = '';
    lane.querySelector('datalist').replaceChildren();
    lane.querySelector('.models-said').textContent = '';
    const provider = field(lane, 'provider').value;
    const address = defaultUrl(provider);
    // An address with a place to fill in is there to be filled in.
    if (address.includes('{')) field(lane, 'baseUrl').value = address;
    // The local site's pages are known; what the visitor wrote stays.
    const pageOf = (name) => LOCAL_PAGES[name] ?? '';
    const page = field(lane, 'page');
    if (isLocalSite(field(lane, 'url').value) && page.value.trim() === pageOf(before)) page.value = pageOf(provider);
  }

  function useStandIn(lane) {
    const { provider } = readFields(lane, LANE);
    const { baseUrl, model, apiKey } = standInLane(provider);
    field(lane, 'baseUrl').value = baseUrl;
    field(lane, 'model').value = model;
    keyField(lane).value = apiKey;
    apply();
    lane.querySelector('.models-said').textContent = 'Address, key and model of the stand-in are filled in: say something below.';
  }

  async function showModels(lane, button) {
    const said = lane.querySelector('.models-said');
    // Not `disabled`, which would take the focus from the button.
    if (button.getAttribute('aria-disabled') === 'true') return;
    said.textContent = 'Asking for its models…';
    button.setAttribute('aria-disabled', 'true');
    try {
      const values = readFields(lane, LANE);
      const models = await listModels({ ...values, apiKey: keyField(lane).value.trim() });
      const { provider, baseUrl } = readFields(lane, LANE);
      if (provider !== values.provider || baseUrl !== values.baseUrl) return void (said.textContent = '');
      lane.querySelector('datalist').replaceChildren(...models.map((value) => el('option', { value })));
      said.textContent = models.length === 0 ? 'It lists no models.' : `It lists ${models.length} ${models.length === 1 ? 'model' : 'models'}: choose in the field.`;
      if (models.length > 0 && field(lane, 'model').value === '') {
        field(lane, 'model').value = models[0];
        apply();
      }
    } catch (error) {
      const { title, hint, code, message } = explained(error);
      said.textContent = code === 'input' ? `${title}: ${message}.` : `${title} (${code}). ${hint}`;
    } finally {
      button.removeAttribute('aria-disabled');
    }
  }

  function showFields() {
    laneNodes().forEach((node, index) => {
      const lane = settings.lanes[index];
      const fields = fieldsOf(lane);
      for (const one of node.querySelectorAll('[data-field]')) one.hidden = !fields.includes(one.dataset.field);
      node.querySelector('[data-field=way]').hidden ||= !hasEdge;
      if (node.querySelector('[data-field=standIn]')) node.querySelector('[data-field=standIn]').hidden ||= !hasEdge;
      const more = node.querySelector('.more');
      more.hidden = [...more.querySelectorAll('[data-field]')].every(({ hidden }) => hidden);
      const explainedWay = node.querySelector('.way-explained');
      explainedWay.textContent = CONNECTIONS[lane.way];
      explainedWay.hidden = lane.way === 'direct' || !fields.includes('way') || !hasEdge;
      const { models, standard } = modelsOf(lane.provider);
      field(node, 'model').placeholder = standard;
      if (models.length > 0) node.querySelector('datalist').replaceChildren(...models.map((value) => el('option', { value })));
      field(node, 'baseUrl').placeholder = defaultUrl(lane.provider);
      keyField(node).placeholder = isOfThisMachine(lane.baseUrl || defaultUrl(lane.provider)) ? 'often not needed on this machine' : 'your key for this service';
      node.querySelector('[data-field=apiKey] p').textContent = whereKeyGoes(lane.baseUrl || defaultUrl(lane.provider));
    });
    byId('hedge').hidden = settings.together === 'side';
    const { lanes, together } = settings;
    byId('connected').textContent = lanes.length === 1 ? connectionInWords(lanes[0]) : lanes.map((lane) => nameAmong(lane, lanes)).join(together === 'side' ? ' beside ' : ', then ');
  }

  form.addEventListener('input', ({ target }) => {
    if (target.name === 'provider') {
      const lane = target.closest('.lane');
      leaveProvider(lane, settings.lanes[laneNodes().indexOf(lane)].provider);
    }
    apply();
  });
  // By itself Chromium scrolls only the cursor of a text area into sight, which may be below the message field.
  form.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLTextAreaElement) target.scrollIntoView({ block: 'nearest' });
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  byId('add-lane').addEventListener('click', () => {
    if (laneNodes().length >= MOST_LANES) return;
    const lane = addLane({ ...LANE, url: settings.lanes[0].url });
    apply();
    field(lane, 'provider').focus();
  });

  fillAll(first);
  // What the form has taken of them: a choice that is none, from an address or a storage, is the default there, and is neither used nor shown as code.
  settings = read();
  function fillAll(values) {
    list.replaceChildren();
    for (const lane of values.lanes) addLane(hasEdge ? lane : { ...lane, way: 'direct' });
    fill(form, CALL, values);
  }

  return {
    /** Shows the fields that have a meaning. Throws where WebAssembly is not allowed. */
    show: showFields,
    get settings() {
      return settings;
    },
    /** The lanes with their keys, for calls. @returns {import('./providers.js').Lane[]} */
    lanes: () => laneNodes().map((node, index) => ({ ...settings.lanes[index], apiKey: keyField(node).value.trim() })),
    /** Puts other settings into the form, without keys. */
    set(values, keys = []) {
      fillAll(normal(values));
      laneNodes().forEach((lane, index) => { keyField(lane).value = keys[index] ?? ''; });
      apply();
    },
    /** Whether relay, endpoint and stand-ins are there. */
    get hasEdge() {
      return hasEdge;
    },
    /** Puts the focus where something is missing of a provider that takes a key; else on the first provider. */
    focusMissing() {
      const gaps = laneNodes().flatMap((node, index) => {
        const { provider, baseUrl, model } = settings.lanes[index];
        if (!isService(provider)) return [];
        const key = keyField(node);
        return [...(key.value === '' && !isOfThisMachine(baseUrl || defaultUrl(provider)) ? [key] : []), ...(model === '' ? [field(node, 'model')] : [])];
      });
      const target = gaps[0] ?? field(laneNodes()[0], 'provider');
      target.focus();
      target.scrollIntoView({ block: 'nearest' });
    },
    /** There is no relay, no endpoint and no stand-in beside the page. */
    withoutEdge() {
      hasEdge = false;
      for (const lane of laneNodes()) field(lane, 'way').value = 'direct';
      apply();
    },
  };
}

/** Whether an address is the site that serves this page. */
export const isLocalSite = (url) => !IS_STATIC && url.trim().replace(/\/+$/, '') === location.origin;

function fill(parent, defaults, values) {
  for (const name of Object.keys(defaults)) {
    const control = parent.querySelector(`[name="${name}"]`);
    if (typeof defaults[name] === 'boolean') control.checked = values[name];
    else control.value = values[name];
    // A choice that is none, from an address or an earlier version of the page.
    if (control instanceof HTMLSelectElement && control.selectedIndex === -1) control.value = defaults[name];
  }
}

function readFields(parent, defaults) {
  return Object.fromEntries(Object.keys(defaults).map((name) => {
    const control = parent.querySelector(`[name="${name}"]`);
    return [name, typeof defaults[name] === 'boolean' ? control.checked : control.value.trim()];
  }));
}

function whereKeyGoes(address) {
  const target = URL.canParse(address) ? new URL(address).origin : 'the address above';
  return `Kept in this page’s memory alone, in no storage and in no address: a reload forgets it. It is sent to ${target} and nowhere else.`;
}

/** Whether an address is of this machine, where services seldom want a key. */
const isOfThisMachine = (address) => URL.canParse(address) && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(address).hostname);
