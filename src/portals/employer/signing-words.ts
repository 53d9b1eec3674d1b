import { messages } from '../shared/message.ts'

export const signing = messages({
  title: { sr: 'Потпис сопственим сертификатом', en: 'Signature with your own certificate' },
  may: {
    sr: 'Није обавезан: преузмите захтев, потпишите га програмом своје картице и пошаљите овде. Потпис демо сертификатом није квалификован.',
    en: 'Not obligatory: download the request, sign it with the program of your card and send it here. A signature with a certificate of the demo is not qualified.',
  },
  must: {
    sr: 'Обавезан је: преузмите захтев, потпишите га програмом своје картице и пошаљите овде.',
    en: 'It is obligatory: download the request, sign it with the program of your card and send it here.',
  },
  qualified: {
    sr: 'Обавезан је квалификован потпис: преузмите захтев, потпишите га програмом своје картице и пошаљите овде.',
    en: 'A qualified signature is obligatory: download the request, sign it with the program of your card and send it here.',
  },
  pdf: { sr: 'Преузми PDF', en: 'Download the PDF' },
  xml: { sr: 'Преузми XML', en: 'Download the XML' },
  file: { sr: 'Потписан документ', en: 'Signed document' },
  hint: {
    sr: 'PDF са потписом (PAdES), или одвојен потпис (.p7s) над PDF-ом или XML-ом.',
    en: 'The PDF with its signature (PAdES), or a detached one (.p7s) over the PDF or XML.',
  },
  choose: { sr: 'Изаберите потписан документ.', en: 'Choose the signed document.' },
  send: { sr: 'Поднеси потписано', en: 'Submit what is signed' },
})
