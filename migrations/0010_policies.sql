-- Policy versions: another branch fills this file.
select 1;
