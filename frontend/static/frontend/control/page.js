// What every page of the control plane has: live parts, shortcuts, the viewer's time zone.
import {offerCopies} from './copy.js';
import {keepFresh} from './live.js';
import {listenForKeys} from './keys.js';
import {chooseZone} from './zone.js';

offerCopies(document);
keepFresh(document);
listenForKeys(document);
chooseZone(document);
