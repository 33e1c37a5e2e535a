/* The plain kind of lattice: every term at every code, straight from the tables of text/; internal to scan/.
 */
#ifndef CS_SCAN_LATTICE_REFERENCE_H
#define CS_SCAN_LATTICE_REFERENCE_H

#include "scan/lattice_walk.h"

/* As cs_lattice_walk, for a set of terms only. Steps are not bounded. */
bool cs_lattice_walk_plainly(struct cs_lattice_walk *w, uint32_t at);

#endif
