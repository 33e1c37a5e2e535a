/* Texts that were read in a wrong encoding on their way here; internal to text/ (flag encoding_suspect). */
#ifndef CS_TEXT_SUSPECT_H
#define CS_TEXT_SUSPECT_H

#include "base/span.h"

/* True when the text looks like
 * - UTF-8 read as GBK (浣犲ソ) or as Latin-1 or Windows-1252 (ä½ å¥½), GBK read as these (ÄãºÃ),
 * - GBK read from the wrong byte on (Ц侗ψ账),
 * - a text in which characters were lost on the way (U+FFFD, 锟斤拷, two or more ill-formed sequences), or in
 * which a character and the bracket behind it became one question mark (因?yàn)). Only texts with a character
 * of class CS_TEXT_DOUBT, or that are ill-formed, can look so. */
bool cs_text_is_suspect(struct cs_span text);

#endif
