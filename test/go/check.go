// check.go opens what a register publishes with code that is not ours: Go's note and tlog packages, as they check the
// Go checksum database.
//
//	check.go DIR VKEYS PROOFS
//
// DIR is what `commune export` wrote.  VKEYS has the log's key and those of its witnesses, one a line.  PROOFS has what
// SQL functions answered, in hexadecimal, a line each:
//
//	checkpoint FILE                           a published checkpoint
//	inclusion INDEX SIZE LEAF HASH...
//	consistency FROM TO HASH...
//	receipt FILE RECORD                       a C2SP tlog-proof, and the act that it is of
//
// Prints a line "ok ..." or "not ok ..." for each check.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(what string, err error) {
	if err != nil {
		fmt.Printf("not ok %s: %v\n", what, err)
	} else {
		fmt.Printf("ok %s\n", what)
	}
}

func must(err error) {
	if err != nil {
		fmt.Printf("not ok: %v\n", err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	must(err)
	return data
}

// cosigner verifies signatures of C2SP tlog-cosignature, which have a time of their own.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(text), sig[8:])
}

// verifiers reads the keys: one of type 1 is the log's, others are cosigners'.
func verifiers(path string) (all note.Verifiers, names []string) {
	var list []note.Verifier
	for _, line := range strings.Fields(string(read(path))) {
		parts := strings.SplitN(line, "+", 3)
		key, err := base64.StdEncoding.DecodeString(parts[2])
		must(err)
		names = append(names, parts[0])
		if key[0] == 1 {
			v, err := note.NewVerifier(line)
			must(err)
			list = append(list, v)
			continue
		}
		if key[0] != 4 {
			must(fmt.Errorf("a key of type %d", key[0]))
		}
		hash, err := strconv.ParseUint(parts[1], 16, 32)
		must(err)
		list = append(list, &cosigner{parts[0], uint32(hash), ed25519.PublicKey(key[1:])})
	}
	return note.VerifierList(list...), names
}

// open verifies a checkpoint, and wants at least so many signatures of keys that are known.
func open(data []byte, keys note.Verifiers, origin string, signatures int) (tlog.Tree, error) {
	var tree tlog.Tree
	n, err := note.Open(data, keys)
	if err != nil {
		return tree, err
	}
	if len(n.Sigs) < signatures || n.Sigs[0].Name != origin {
		return tree, fmt.Errorf("%d signatures hold, the first is by %s", len(n.Sigs), n.Sigs[0].Name)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != origin {
		return tree, errors.New("it has not three lines, the first the origin")
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// files reads tiles as C2SP lays them: Go's paths have the height of tiles before the level.
type files struct{ dir string }

func (f files) Height() int                         { return 8 }
func (f files) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(f.dir, strings.Replace(t.Path(), "tile/8/", "tile/", 1)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

// damaged is the same with one bit of every tile flipped.
type damaged struct{ files }

func (d damaged) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	out, err := d.files.ReadTiles(tiles)
	for _, data := range out {
		data[len(data)-1] ^= 1
	}
	return out, err
}

func hashes(texts []string) (out []tlog.Hash) {
	for _, text := range texts {
		var h tlog.Hash
		data, err := hex.DecodeString(text)
		must(err)
		copy(h[:], data)
		out = append(out, h)
	}
	return out
}

func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	must(err)
	return n
}

// entries returns the leaves of all bundles of a tree.
func entries(dir string, size int64) (out [][]byte, err error) {
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: n, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s is cut off", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			out = append(out, data[2:end])
			data = data[end:]
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("%s is too long", path)
		}
	}
	return out, nil
}

// tiles reads every tile of hashes of a tree and compares it with the hashes that the leaves give.
func tiles(dir string, tree tlog.Tree, reader tlog.HashReader) (int, error) {
	count := 0
	for level := 0; tree.N>>(8*level) > 0; level++ {
		all := tree.N >> (8 * level)
		for n := int64(0); n*256 < all; n++ {
			width := all - n*256
			if width > 256 {
				width = 256
			}
			tile := tlog.Tile{H: 8, L: level, N: n, W: int(width)}
			data, err := files{dir}.ReadTiles([]tlog.Tile{tile})
			if err != nil {
				return count, err
			}
			want, err := tlog.ReadTileData(tile, reader)
			if err != nil {
				return count, err
			}
			if !bytes.Equal(data[0], want) {
				return count, fmt.Errorf("%s has other hashes", tile.Path())
			}
			count++
		}
	}
	return count, nil
}

// receipt checks a C2SP tlog-proof.
func receipt(text, record []byte, keys note.Verifiers, origin string) error {
	head, checkpoint, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("it is no tlog-proof")
	}
	lines = lines[1:]
	if strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, h)
	}
	tree, err := open([]byte(checkpoint), keys, origin, 3)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, number(strings.TrimPrefix(lines[0], "index ")), tlog.RecordHash(record))
}

func main() {
	dir := os.Args[1]
	keys, names := verifiers(os.Args[2])
	origin := names[0]
	tree, err := open(read(filepath.Join(dir, "checkpoint")), keys, origin, 3)
	check("the exported checkpoint has the signatures of the log and of a quorum", err)
	must(err)

	// The leaves give the root, by Go's own storage of hashes.
	leaves, err := entries(dir, tree.N)
	check("every bundle of entries", err)
	must(err)
	var stored []tlog.Hash
	own := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var out []tlog.Hash
		for _, i := range indexes {
			out = append(out, stored[i])
		}
		return out, nil
	})
	for i, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(i), leaf, own)
		must(err)
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(tree.N, own)
	must(err)
	if root != tree.Hash {
		err = errors.New("it is another one")
	}
	check(fmt.Sprintf("%d leaves give the root", tree.N), err)
	count, err := tiles(dir, tree, own)
	check(fmt.Sprintf("every tile, %d of them", count), err)

	// Proofs made from the tiles, as a client of a tiled log makes them.
	reader := tlog.TileHashReader(tree, files{dir})
	err = nil
	for i := int64(0); i < tree.N && err == nil; i += 1 + tree.N/200 {
		var proof tlog.RecordProof
		if proof, err = tlog.ProveRecord(tree.N, i, reader); err == nil {
			err = tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(leaves[i]))
		}
	}
	check("leaves proved from tiles", err)
	if _, err = tlog.ProveRecord(tree.N, 0, tlog.TileHashReader(tree, damaged{files{dir}})); err == nil {
		err = errors.New("it is not")
	} else {
		err = nil
	}
	check("a damaged tile is found out", err)

	roots := func(size int64) tlog.Hash {
		h, err := tlog.TreeHash(size, own)
		must(err)
		return h
	}
	for _, line := range strings.Split(strings.TrimSpace(string(read(os.Args[3]))), "\n") {
		f := strings.Fields(line)
		switch f[0] {
		case "checkpoint":
			old, err := open(read(f[1]), keys, origin, 3)
			if err == nil && roots(old.N) != old.Hash {
				err = errors.New("its root is another one")
			}
			check(fmt.Sprintf("checkpoint of size %d", old.N), err)
		case "inclusion":
			index, size := number(f[1]), number(f[2])
			leaf := hashes(f[3:4])[0]
			err := tlog.CheckRecord(hashes(f[4:]), size, roots(size), index, leaf)
			if err == nil && leaf != tlog.RecordHash(leaves[index]) {
				err = errors.New("the leaf is another one")
			}
			check(fmt.Sprintf("inclusion of %d in %d", index, size), err)
		case "consistency":
			from, to := number(f[1]), number(f[2])
			check(fmt.Sprintf("consistency of %d with %d", from, to), tlog.CheckTree(hashes(f[3:]), to, roots(to), from, roots(from)))
		case "receipt":
			check("receipt "+filepath.Base(f[1]), receipt(read(f[1]), []byte(f[2]), keys, origin))
		default:
			must(fmt.Errorf("a line %q", line))
		}
	}
}
