// What the pages gain by a script: they live, keys work, nothing that is typed gets lost.

import { composer } from "./composer.js";
import { acts } from "./acts.js";
import { keys } from "./keys.js";
import { filters } from "./filters.js";
import { live } from "./live.js";
import { transcript } from "./transcript.js";

transcript.start();
composer.start();
acts.start();
filters.start();
keys.start();
live.start();
document.documentElement.classList.add("lives");
