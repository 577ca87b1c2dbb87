import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { move } from './keyboard.ts';
import { columnsFor, createLayout, type GridLayout, placeOf, rowAt, rowIndexAt, topOf } from './layout.ts';

const layouts: fc.Arbitrary<GridLayout> = fc
  .tuple(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 1, max: 12 }),
    fc.uniqueArray(fc.nat(320), { maxLength: 30 }),
  )
  .map(([total, columns, headings]) =>
    createLayout(
      total,
      columns,
      headings.toSorted((a, b) => a - b),
    ),
  );

const withCell = layouts.chain((layout) => fc.tuple(fc.constant(layout), fc.nat(layout.total - 1)));
const KEYS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End'];

describe('layout', () => {
  it('shows every cell once, in order, and every heading before its cell', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        const rows = Array.from({ length: layout.rows }, (_, index) => rowAt(layout, index));
        const cells = rows.flatMap((row) =>
          row.kind === 'cells' ? Array.from({ length: row.to - row.from }, (_, i) => row.from + i) : [],
        );
        expect(cells).toEqual(Array.from({ length: layout.total }, (_, i) => i));
        expect(rows.every((row) => row.kind === 'heading' || row.to > row.from)).toBe(true);
        const before = rows.flatMap((row, index) => {
          const next = rows[index + 1];
          return row.kind === 'heading' ? [[row.heading, next?.kind === 'cells' ? next.from : undefined]] : [];
        });
        expect(before).toEqual([...layout.headings.entries()]);
      }),
    );
  });

  it('finds a cell where it is shown', () => {
    fc.assert(
      fc.property(withCell, ([layout, cell]) => {
        const place = placeOf(layout, cell);
        const row = rowAt(layout, place.row);
        expect(row.kind === 'cells' && row.from + place.column).toBe(cell);
        expect(row.kind === 'cells' && cell < row.to).toBe(true);
      }),
    );
  });

  it('finds the row at every height, headings among them', () => {
    const heights = fc.record({ cells: fc.integer({ min: 1, max: 200 }), heading: fc.integer({ min: 1, max: 99 }) });
    fc.assert(
      fc.property(layouts, heights, (layout, of) => {
        let top = 0;
        for (let index = 0; index < layout.rows; index++) {
          expect(topOf(layout, of, index)).toBe(top);
          expect(rowIndexAt(layout, of, top)).toBe(index);
          top += rowAt(layout, index).kind === 'heading' ? of.heading : of.cells;
          expect(rowIndexAt(layout, of, top - 0.5)).toBe(index);
        }
        expect(topOf(layout, of, layout.rows)).toBe(top);
        expect(rowIndexAt(layout, of, -1)).toBe(0);
        expect(rowIndexAt(layout, of, top + 1000)).toBe(layout.rows - 1);
      }),
    );
  });

  it('puts three pictures side by side on a phone and more on a wide screen', () => {
    expect(columnsFor(328, 6)).toBe(3);
    expect(columnsFor(1350, 12)).toBeGreaterThan(7);
    expect(columnsFor(3700, 12)).toBeLessThan(20);
    expect(columnsFor(0, 6)).toBe(2);
  });
});

describe('keys', () => {
  it('never leave the grid', () => {
    fc.assert(
      fc.property(
        withCell,
        fc.constantFrom(...KEYS),
        fc.nat(10),
        fc.boolean(),
        ([layout, cell], key, page, control) => {
          const target = move(layout, cell, key, { page: page + 1, control });
          expect(target).toBeGreaterThanOrEqual(0);
          expect(target).toBeLessThan(layout.total);
        },
      ),
    );
  });

  it('reach every picture with the arrow to the right, and the first row with the arrow up', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        let cell = 0;
        const options = { page: 3, control: false };
        for (let i = 1; i < layout.total; i++) {
          cell = move(layout, cell, 'ArrowRight', options) ?? -1;
          expect(cell).toBe(i);
        }
        for (let i = 0; i < layout.rows; i++) cell = move(layout, cell, 'ArrowUp', options) ?? -1;
        expect(cell).toBeLessThan(layout.columns);
      }),
    );
  });

  it('step over a heading and stay in the column where the row is long enough', () => {
    const layout = createLayout(20, 4, [6]);
    const options = { page: 2, control: false };
    expect(move(layout, 5, 'ArrowDown', options)).toBe(7);
    expect(move(layout, 9, 'ArrowUp', options)).toBe(5);
    expect(move(layout, 7, 'ArrowUp', options)).toBe(5);
    expect(move(layout, 2, 'End', options)).toBe(3);
    expect(move(layout, 2, 'End', { page: 2, control: true })).toBe(19);
    expect(move(layout, 2, 'a', options)).toBeUndefined();
  });
});
