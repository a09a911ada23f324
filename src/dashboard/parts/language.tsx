import { chooseLanguage, LANGUAGES, type Language, language, t } from "../texts.ts";
import "./language.css";

/** The language of the page, to be chosen for good. */
export function LanguageChoice() {
  return (
    <label class="language">
      {t.value.common.language}
      <select value={language.value} onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
