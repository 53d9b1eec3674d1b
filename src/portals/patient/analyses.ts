import { messages } from '../shared/message.ts'

/** One plain sentence for each common analysis, by LOINC: what it measures, but never what a value means for the reader. */
export const explanations = messages({
  '718-7': { sr: 'Беланчевина у крви која преноси кисеоник.', en: 'The protein in blood that carries oxygen.' },
  '6690-2': { sr: 'Бела крвна зрнца: учествују у одбрани од инфекција.', en: 'White blood cells: part of the defence against infections.' },
  '789-8': { sr: 'Црвена крвна зрнца: преносе кисеоник.', en: 'Red blood cells: they carry oxygen.' },
  '777-3': { sr: 'Крвне плочице: учествују у згрушавању крви.', en: 'Platelets: they take part in clotting.' },
  '1988-5': { sr: 'Беланчевина која у крви расте код запаљења.', en: 'A protein that rises in blood with inflammation.' },
  '14749-6': { sr: 'Шећер у крви у часу вађења.', en: 'Sugar in the blood when the sample was taken.' },
  '4548-4': { sr: 'Просечан шећер у крви у последња два до три месеца.', en: 'Average blood sugar over the last two to three months.' },
  '14647-2': { sr: 'Све масноће холестерола у крви заједно.', en: 'All cholesterol in the blood taken together.' },
  '14646-4': { sr: 'Део холестерола који се враћа у јетру.', en: 'The part of cholesterol that returns to the liver.' },
  '22748-8': { sr: 'Део холестерола који се таложи у крвним судовима.', en: 'The part of cholesterol that settles in blood vessels.' },
  '14927-8': { sr: 'Масноће у крви које долазе из хране.', en: 'Fats in the blood that come from food.' },
  '14682-9': { sr: 'Отпадна материја коју бубрези избацују.', en: 'A waste product that the kidneys remove.' },
  '62238-1': { sr: 'Процена колико крви бубрези прочисте у минуту.', en: 'An estimate of how much blood the kidneys clean in a minute.' },
  '2823-3': { sr: 'Минерал важан за рад срца и мишића.', en: 'A mineral that heart and muscles need.' },
  '3016-3': { sr: 'Хормон којим мозак управља штитастом жлездом.', en: 'The hormone by which the brain steers the thyroid gland.' },
  '1742-6': { sr: 'Ензим јетре.', en: 'A liver enzyme.' },
  '1920-8': { sr: 'Ензим јетре и мишића.', en: 'An enzyme of liver and muscles.' },
  '2276-4': { sr: 'Залиха гвожђа у телу.', en: 'The body’s store of iron.' },
  '6301-6': { sr: 'Време згрушавања крви, важно код лекова против згрушавања.', en: 'Clotting time, important with blood thinners.' },
  '30341-2': { sr: 'Брзина таложења црвених крвних зрнаца, расте код запаљења.', en: 'How fast red blood cells settle; it rises with inflammation.' },
})
